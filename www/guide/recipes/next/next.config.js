// Where your checkout API listens: the page and it share an origin. Yours may as well be a route of this app.
const api = process.env.CHECKOUT_API ?? 'http://127.0.0.1:8080'

/** @type {import('next').NextConfig} */
export default {
  rewrites: async () => ['checkout', 'sandbox'].map((name) => ({ source: `/${name}/:path*`, destination: `${api}/${name}/:path*` })),
}
