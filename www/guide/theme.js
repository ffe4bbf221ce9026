// Sets the colours that were chosen before anything is drawn, so that no page flashes. Kept for the session, and nowhere else.

{
  const root = document.documentElement
  const choices = ['light', 'dark']
  let kept = null
  try {
    kept = sessionStorage.getItem('moongate-guide:theme')
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
  if (choices.includes(kept)) root.dataset.theme = kept
}
