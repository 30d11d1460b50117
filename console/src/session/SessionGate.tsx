// Nobody signed in: the sign-in page, at the address that was asked for, so that it opens afterwards.
import type { ReactNode } from 'react'
import { Failed, Loading } from '../shared/View'
import type { Appearance } from '../shell/Switches'
import { SignIn } from './SignIn'
import { useSession } from './useSession'

export function SessionGate({ appearance, children }: { appearance: Appearance; children: ReactNode }) {
  const session = useSession()
  if (session.data) return children
  if (session.data === null) return <SignIn appearance={appearance} />
  return (
    <main className="state-page">
      {session.isError ? <Failed error={session.error} retry={() => void session.refetch()} /> : <Loading lines={3} />}
    </main>
  )
}
