// What every page of the guide does beside being read: colours to choose, code to copy, the heading that is in sight.

const root = document.documentElement

/** Colours: the page's and every widget's. */
const choices = document.querySelectorAll('[data-theme-choice]')
function theme(choice) {
  if (choice === 'auto') delete root.dataset.theme
  else root.dataset.theme = choice
  for (const button of choices) button.setAttribute('aria-pressed', String(button.dataset.themeChoice === choice))
  for (const widget of document.querySelectorAll('moongate-checkout:not([data-own-theme])')) widget.setAttribute('theme', choice)
}
for (const button of choices) {
  button.addEventListener('click', () => {
    theme(button.dataset.themeChoice)
    try {
      sessionStorage.setItem('moongate-guide:theme', button.dataset.themeChoice)
    } catch {
      // Storage is blocked: the choice holds for this page.
    }
  })
}
theme(root.dataset.theme ?? 'auto')

/** Code: its button copies it. */
const said = root.lang === 'zh-CN' ? { copied: '已复制', lost: '复制不了' } : { copied: 'Copied', lost: 'Not copied' }
for (const button of document.querySelectorAll('.copy')) {
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.parentElement.querySelector('pre').textContent)
      button.textContent = said.copied
    } catch {
      button.textContent = said.lost
    }
  })
}

/** What is wider than its place can be scrolled by the keyboard too. */
const parts = document.querySelectorAll('.scroll, pre')
function reach() {
  for (const part of parts) {
    const wider = part.scrollWidth > part.clientWidth
    if (!wider) part.removeAttribute('tabindex')
    else part.tabIndex = 0
    if (wider && part.localName === 'div') {
      part.setAttribute('role', 'group')
      part.setAttribute('aria-label', part.querySelector('th')?.textContent ?? 'Table')
    }
  }
}
// Both the place and what is in it may change: a window, a font that comes late.
const watch = new ResizeObserver(reach)
for (const part of parts) {
  watch.observe(part)
  if (part.firstElementChild) watch.observe(part.firstElementChild)
}
addEventListener('load', reach)
document.fonts.ready.then(reach)

/** The heading in sight is marked beside the page. */
const links = new Map([...document.querySelectorAll('.toc a')].map((link) => [link.hash.slice(1), link]))
const seen = new IntersectionObserver(
  (entries) => {
    const first = entries.filter(({ isIntersecting }) => isIntersecting).at(0)
    if (!first) return
    for (const [id, link] of links) link.setAttribute('aria-current', String(id === first.target.id))
  },
  { rootMargin: '-72px 0px -70% 0px' },
)
for (const heading of document.querySelectorAll('article h2[id]')) seen.observe(heading)

/** The page's own place in the navigation is in sight. */
const here = document.querySelector('#nav [aria-current]')
const nav = document.getElementById('nav')
if (here && nav && nav.scrollHeight > nav.clientHeight) nav.scrollTop = here.offsetTop - nav.clientHeight / 3
