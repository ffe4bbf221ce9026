import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  // The build can lie in any folder of the site.
  base: './',
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'moongate-checkout' } } })],
  // The sandbox of `cargo run`: page and checkout API share an origin.
  server: { proxy: { '/checkout': 'http://127.0.0.1:8080', '/sandbox': 'http://127.0.0.1:8080' } },
})
