const told = []
const visit = (root) => {
  for (const element of root.querySelectorAll('*')) {
    if (!element.shadowRoot) continue
    const text = element.shadowRoot.textContent.replace(/\s+/g, ' ')
    told.push(`<${element.localName}> ${element.shadowRoot.querySelector('section')?.outerHTML.match(/^<[^>]*>/)} ${text}`)
    if (element.state) told.push(`state: ${JSON.stringify(element.state)}`)
    visit(element.shadowRoot)
  }
}
visit(document)
told.push(`heard: ${JSON.stringify((window.heard ?? []).map(({ name, detail }) => [name, detail]))}`)
told.push(`page: ${document.body?.innerText.replace(/\s+/g, ' ').slice(0, 600)}`)
return told.join('\n')
