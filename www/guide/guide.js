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
const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) {
      target.tabIndex = 0
      if (target.localName === 'div') target.setAttribute('role', 'group')
      if (target.localName === 'div') target.setAttribute('aria-label', target.querySelector('th')?.textContent ?? 'Table')
    } else target.removeAttribute('tabindex')
  }
})
for (const part of document.querySelectorAll('.scroll, pre')) wide.observe(part)

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
