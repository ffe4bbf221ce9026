// The support view: a pasted log, or the one of the widget on the page, as a time line.

import { draw, read } from '/guide/timeline.js'

const log = document.getElementById('log')
const said = document.getElementById('log-said')
const line = document.getElementById('timeline')

document.getElementById('paste-form').addEventListener('submit', (event) => {
  event.preventDefault()
  try {
    const entries = read(log.value)
    draw(line, entries)
    said.textContent = document.documentElement.lang === 'en' ? `${entries.length} entries.` : `共 ${entries.length} 条。`
    log.removeAttribute('aria-invalid')
  } catch (fault) {
    said.textContent = fault.message
    log.setAttribute('aria-invalid', 'true')
  }
})

document.getElementById('example').addEventListener('click', () => {
  log.value = JSON.stringify(document.querySelector('moongate-checkout').state, null, 1)
  document.getElementById('paste-form').requestSubmit()
})
