import type { ReactNode } from 'react'

/** A titled part of the portrait. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="part">
      <h3 className="part-title">{title}</h3>
      {children}
    </div>
  )
}
