import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  // The build can lie in any folder of the site.
  base: './',
  plugins: [react()],
  // The sandbox of `cargo run`: page and checkout API share an origin.
  server: { proxy: { '/checkout': 'http://127.0.0.1:8080', '/sandbox': 'http://127.0.0.1:8080' } },
})
