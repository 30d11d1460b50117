// A panel over the page: the browser's own dialog keeps the focus inside, makes the rest inert,
// closes on Escape and gives the focus back to where it was.
import { useLayoutEffect, useRef, type ReactNode } from 'react'

export function Dialog(props: {
  label: string
  className: string
  onClose: () => void
  /** A click beside the panel leaves it open. */
  sturdy?: boolean
  children: ReactNode
}) {
  const box = useRef<HTMLDialogElement>(null)
  // A layout effect: its end runs while the dialog is still in the page, and only then does closing give the focus back.
  useLayoutEffect(() => {
    const dialog = box.current
    if (dialog !== null && !dialog.open) dialog.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={box}
      className={`dialog ${props.className}`}
      aria-label={props.label}
      onCancel={(event) => {
        event.preventDefault() // the owner's state closes it, so that both never disagree
        props.onClose()
      }}
      onClose={props.onClose /* some browsers close on a second Escape whatever we say */}
      onClick={(event) => {
        // A click on the dialog itself, not on what stands in it, is a click beside the panel.
        if (event.target === event.currentTarget && props.sturdy !== true) props.onClose()
      }}
    >
      {props.children}
    </dialog>
  )
}
