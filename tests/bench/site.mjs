// Serves the pages as a CDN would: compressed with Brotli, to be kept for ever; and counts what is sent.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import zlib from 'node:zlib'

const TYPES = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.json': 'application/json',
  '.wasm': 'application/wasm',
}
const BEST = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_LGWIN]: 22 } }

/** A site on a free port of this machine. `mounts` maps the first part of a path to a folder. */
export async function open(mounts) {
  const files = new Map()
  const sockets = new Set()
  const gone = { requests: 0, bytes: 0 }

  /** A file as it travels, compressed once; undefined where there is none. */
  const file = (address) => {
    if (files.has(address)) return files.get(address)
    const [, first, ...rest] = decodeURIComponent(address).split('/')
    const folder = mounts.get(first)
    const place = folder && path.join(folder, rest.join('/') || 'index.html')
    const known = place?.startsWith(folder) && fs.statSync(place, { throwIfNoEntry: false })?.isFile()
    const body = known ? zlib.brotliCompressSync(fs.readFileSync(place), BEST) : undefined
    files.set(address, body && { body, type: TYPES[path.extname(place)] ?? 'application/octet-stream' })
    return files.get(address)
  }

  const server = http.createServer((request, response) => {
    gone.requests += 1
    const found = file(new URL(request.url, 'http://localhost').pathname)
    if (!found) return response.writeHead(404).end()
    const headers = {
      'content-type': found.type, 'content-encoding': 'br', 'content-length': found.body.length,
      'cache-control': 'public, max-age=31536000, immutable',
    }
    response.writeHead(200, headers).end(found.body)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      gone.bytes += socket.bytesWritten
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))

  return {
    address: `http://127.0.0.1:${server.address().port}`,
    /** Everything sent until now: requests answered, and bytes with their headers. */
    sent: () => ({ requests: gone.requests, bytes: [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, gone.bytes) }),
    /** Compresses a page's files before anything is timed. */
    warm: (first) => {
      for (const name of fs.readdirSync(mounts.get(first), { recursive: true })) file(`/${first}/${name}`)
      file(`/${first}/`)
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
