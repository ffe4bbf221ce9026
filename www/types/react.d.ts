/**
 * `<moongate-checkout>` in JSX, for React 18 and 19: `import 'moongate/react'` once in the program.
 *
 * React 19 sets `options` as a property and hears `onmoongate-…`. React 18 knows only attributes, and so does React 19 where it takes
 * over what a server rendered: there, set `options` and listen through a ref, in an effect.
 */
import type * as React from 'react'
import type { MoongateAttributes, MoongateCheckout, MoongateEventMap, Options } from '../moongate.js'

export * from '../moongate.js'

interface Properties {
  options?: Partial<Options>
}

type Heard = { [Name in keyof MoongateEventMap as `on${Name}`]?: (event: MoongateEventMap[Name]) => void }

/** What React 19 does beside setting attributes, and React 18 can't. `use` came with 19. */
type Since19 = typeof React extends { use: unknown } ? Properties & Heard : { [Name in keyof (Properties & Heard)]?: never }

/** The props of `<moongate-checkout>`. */
export type MoongateProps = MoongateAttributes & Since19 & React.DetailedHTMLProps<React.HTMLAttributes<MoongateCheckout>, MoongateCheckout>

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'moongate-checkout': MoongateProps
    }
  }
}
