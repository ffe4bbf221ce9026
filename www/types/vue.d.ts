/**
 * `<moongate-checkout>` in Vue's templates: `import 'moongate/vue'` once in the program, and tell the compiler that it is no
 * component of Vue's: `compilerOptions: { isCustomElement: (tag) => tag === 'moongate-checkout' }`.
 */
import type { HTMLAttributes } from 'vue'
import type { MoongateAttributes, MoongateEventMap, Options } from '../moongate.js'

export * from '../moongate.js'

/** The props and events of `<moongate-checkout>`: `:options`, `@moongate-complete`. */
export type MoongateProps = HTMLAttributes & MoongateAttributes & { options?: Partial<Options> } & {
  [Name in keyof MoongateEventMap as `on${Capitalize<Name>}`]?: (event: MoongateEventMap[Name]) => void
}

declare module 'vue' {
  interface GlobalComponents {
    'moongate-checkout': new () => { $props: MoongateProps }
  }
}
