// Who may sign in here and as what, and what each role may do as the engine has it.
import { useState } from 'react'
import { useSession } from '../session/useSession'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import { Add } from './Add'
import { Change } from './Change'
import { givable, grid, listed, type Table, type User } from './members'
import { useMembers, useRoles } from './useMembers'
import './members.css'

function Row({ one, own, onChange }: { one: User; own: boolean; onChange: (one: User) => void }) {
  const { t, language } = useWords()
  return (
    <tr className={one.state === 'off' ? 'member-off' : undefined}>
      <th scope="row">{one.name}{own && <> <span className="chip chip-accent">{t('members.you')}</span></>}</th>
      <td>{t(`shell.roles.${one.role}`)}</td>
      <td><span className={one.state === 'on' ? 'chip' : 'chip member-is-off'}>{t(`members.states.${one.state}`)}</span>{one.passwordOnce && <> <span className="chip">{t('members.once')}</span></>}</td>
      <td>{t(one.secondFactor ? 'members.factor.on' : 'members.factor.off')}</td>
      <td>{one.lastLoginAt === null ? <span className="less">{t('members.never')}</span> : <time dateTime={one.lastLoginAt} title={format.date(one.lastLoginAt, language, 'moment')}>{format.ago(one.lastLoginAt, Date.now(), language)}</time>}</td>
      <td>{(one.mayChange || (one.state === 'on' && one.role !== 'owner')) && <button type="button" className="text-button" aria-label={t('members.change.title', { name: one.name })} onClick={() => onChange(one)}>{t('members.change.button')}</button>}</td>
    </tr>
  )
}

function People({ people, me, onChange }: { people: readonly User[]; me: string | undefined; onChange: (one: User) => void }) {
  const { t } = useWords()
  return (
    <div className="table-wrap" role="group" aria-label={t('members.list.title')} tabIndex={0}>
      <table className="table member-table">
        <thead>
          <tr>{(['name', 'role', 'state', 'factor', 'seen'] as const).map((one) => <th key={one} scope="col">{t(`members.list.${one}`)}</th>)}<th scope="col"><span className="visually-hidden">{t('members.change.button')}</span></th></tr>
        </thead>
        <tbody>{listed(people).map((one) => <Row key={one.id} one={one} own={one.name === me} onChange={onChange} />)}</tbody>
      </table>
    </div>
  )
}

/** Colour is never the only sign: who may has a mark and a word for those who hear the page. */
function Rights({ table }: { table: Table }) {
  const { t } = useWords()
  return (
    <div className="table-wrap" role="group" aria-label={t('members.rights.title')} tabIndex={0}>
      <table className="table member-rights">
        <thead>
          <tr><th scope="col">{t('members.rights.right')}</th>{table.items.map((one) => <th key={one.role} scope="col">{t(`shell.roles.${one.role}`)}</th>)}</tr>
        </thead>
        <tbody>
          {grid(table).map((row) => (
            <tr key={row.right}>
              <th scope="row">{t(`members.rights.${row.right}`)}</th>
              {row.has.map((has, at) => <td key={table.items[at]?.role}>{has ? <><span aria-hidden="true">●</span><span className="visually-hidden">{t('members.rights.may')}</span></> : <><span className="member-not" aria-hidden="true">·</span><span className="visually-hidden">{t('members.rights.mayNot')}</span></>}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export default function MembersPage() {
  const { t, language } = useWords()
  const me = useSession().data?.user
  const members = useMembers()
  const roles = useRoles()
  const [adding, setAdding] = useState(false)
  const [changing, setChanging] = useState<User | undefined>()
  const give = givable(roles.data)
  return (
    <Page title={t('members.title')} note={members.data === undefined ? undefined : t('members.count', { count: members.data.items.length, n: format.count(members.data.items.length, language) })} help="members">
      <div className="members">
        <Card id="members-list" title={t('members.list.title')} note={t('members.list.note')} extra={give.length > 0 && <Button kind="primary" onClick={() => setAdding(true)}>{t('members.add.button')}</Button>}>
          <View query={members} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('members.empty.title')}>{t('members.empty.text')}</Empty>}>{(found) => <People people={found.items} me={me} onChange={setChanging} />}</View>
        </Card>
        <Card id="members-rights" title={t('members.rights.title')} note={t('members.rights.note')}>
          <View query={roles} lines={8}>{(table) => <Rights table={table} />}</View>
        </Card>
      </div>
      {adding && <Add roles={give} onClose={() => setAdding(false)} />}
      {changing !== undefined && <Change key={changing.id} one={changing} own={changing.name === me} roles={give} onClose={() => setChanging(undefined)} />}
    </Page>
  )
}
