// Where the bundle's other files are: beside the script. `bundle --npm` puts something else in the place of this file, by
// which bundlers find them.

export const beside = (name) => new URL(name, import.meta.url).href

/** One of our own modules, held to its hash: `import` takes what was preloaded, and the preload is checked. */
export function script({ name, integrity }, failures) {
  // Where a browser remembers that an address failed, another try needs another address.
  const href = beside(name) + (failures ? `?${failures}` : '')
  document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href, integrity }))
  return import(href)
}
