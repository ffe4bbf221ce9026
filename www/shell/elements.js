// Makes elements, and one tree like another; and holds their style.

import { generated } from '../generated.js'
import { beside } from '../files.js'

let sheet

/**
 * Gives a shadow root the style of all elements, which is read once; by a <link> in a browser that can't share one, and in
 * another document than the script's. A <style> would need a hole in the page's policy.
 */
export function dress(shadow) {
  try {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(generated.css)
    shadow.adoptedStyleSheets = [sheet]
  } catch {
    shadow.prepend(el('link', { rel: 'stylesheet', href: beside('moongate.css'), integrity: generated.sheet, crossorigin: 'anonymous' }))
  }
}

/** An element, with its classes after a dot, its attributes and children; null, undefined and false are left out. */
export function el(name, attributes, ...children) {
  const [tag, classes] = name.split('.')
  const drawn = tag === 'svg' || tag === 'path'
  const element = drawn ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag)
  if (classes) element.setAttribute('class', classes)
  for (const key in attributes) {
    const value = attributes[key]
    if (value != null && value !== false) element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.flat().filter((child) => child != null && child !== false))
  return element
}

/** Stands in a new tree for all that is in an element, where that stays as it is. */
export const SAME = 'same'

/** Makes a tree like another by the least change, so that focus, and what is under a finger, stay. */
export function morph(old, next) {
  for (const { name } of [...old.attributes]) next.hasAttribute(name) || old.removeAttribute(name)
  for (const { name, value } of next.attributes) old.getAttribute(name) === value || old.setAttribute(name, value)
  if ('checked' in old) old.checked = next.checked
  if (next.firstChild?.localName === SAME) return
  const children = [...next.childNodes]
  children.forEach((child, at) => {
    const was = old.childNodes[at]
    // What came before another control leaves that one to the finger or the focus on it.
    const came = was && children.length > old.childNodes.length && was.dataset?.gesture !== child.dataset?.gesture
    if (!was || came) old.insertBefore(child, was)
    else if (was.nodeName === child.nodeName && child.attributes) morph(was, child)
    else if (!was.isEqualNode(child)) was.replaceWith(child)
  })
  while (old.childNodes[children.length]) old.lastChild.remove()
}

/** Where the focus goes when another tree takes this one's place: to the same control, else to the heading. */
export function counterpart(root, focused) {
  const row = focused.closest('[data-method]')
  const same = `${row ? `[data-method="${row.dataset.method}"] ` : ''}[data-gesture="${focused.dataset.gesture}"]:not(:disabled)`
  return root.querySelector(same) ?? root.querySelector('[data-heading]')
}
