import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './shared/base.css'
import { startWords } from './shared/words'
import { App } from './shell/App'

startWords()
const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
