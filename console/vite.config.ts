import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The engine serves what `vite build` leaves in dist/. For development: `npm run dev` with the
// engine (or `npm run mock`) on ZHUN_URL.
const engine = process.env.ZHUN_URL ?? 'http://127.0.0.1:8700'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // Files stay files: the policy allows no inline script, and hashed files are cached for good.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      output: {
        // React changes less often than the console: its chunk stays cached over an upgrade.
        // The charts' library comes only when a chart is in sight; its name tells the walk through the console which file it is.
        manualChunks: (id) => {
          if (/node_modules\/(react|react-dom|scheduler|react-router|react-router-dom|@remix-run|i18next|react-i18next|@tanstack)\//.test(id)) return 'react'
          return /node_modules\/(echarts|zrender)\//.test(id) ? 'charts' : undefined
        },
      },
    },
  },
  server: { proxy: { '/api': engine, '/v1': engine, '/openapi.json': engine } },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'] },
})
