// What any page may ask of the frame around it.
import { createContext, useContext } from 'react'

export interface Frame {
  openPalette: () => void
  startTour: () => void
}

export const FrameContext = createContext<Frame>({ openPalette: () => undefined, startTour: () => undefined })

export function useFrame(): Frame {
  return useContext(FrameContext)
}
