// What messages say: the list of templates, and the way to a new one.
import { useState } from 'react'
import { Link, useLocation } from 'react-router-dom'
import { mayDefine } from '../session/rights'
import { useSession } from '../session/useSession'
import type { Schema } from '../shared/client'
import { Button } from '../shared/Controls'
import * as format from '../shared/format'
import { AlertIcon } from '../shared/icons'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from '../shell/Page'
import type { Definition } from './draft'
import { useDefineTemplate, useTemplates } from './useTemplates'
import './templates.css'

export interface Gone {
  name: string
  definition: Definition
}

function Row({ one }: { one: Schema<'Template'> }) {
  const { t, language } = useWords()
  return (
    <li className="template-row">
      <div>
        <Link className="template-name" to={`/templates/${one.name}`}>{one.title !== undefined && one.title !== '' ? one.title : one.name}</Link> <code>{one.name}</code>
        {one.fault !== undefined && <p className="template-bad"><AlertIcon size={14} /> {t('templates.fault', { fault: one.fault })}</p>}
      </div>
      <span>{one.purpose !== undefined && <span className={one.purpose === 'marketing' ? 'chip chip-accent' : 'chip'}>{t(`messages.purposes.${one.purpose}`)}</span>} {(one.languages ?? []).map((name) => <span key={name} className="chip">{name}</span>)}</span>
      <span className="less">{one.definedAt !== null && format.date(one.definedAt, language, 'moment')}</span>
      <Link to={`/messages?template=${one.name}`}>{t('templates.messages')}</Link>
    </li>
  )
}

/** What was just deleted, to be put back. */
function Undo({ gone, onBack }: { gone: Gone; onBack: () => void }) {
  const { t } = useWords()
  const define = useDefineTemplate()
  return <p className="template-gone" role="status">{t('templates.gone', { name: gone.name })} <Button loading={define.isPending} onClick={() => define.mutate(gone, { onSuccess: onBack })}>{t('templates.back')}</Button></p>
}

export default function TemplatesPage() {
  const { t } = useWords()
  const may = mayDefine(useSession().data?.role)
  const state = useLocation().state as { gone?: Gone } | null // what TemplatePage leaves behind
  const [gone, setGone] = useState(state?.gone)
  return (
    <Page title={t('templates.title')} help="templates" extra={may ? <Link className="text-button" to="/templates/new">{t('templates.new')}</Link> : undefined}>
      <Card id="templates" title={t('templates.list')} note={t('templates.listNote')}>
        {gone !== undefined && <Undo gone={gone} onBack={() => setGone(undefined)} />}
        <View query={useTemplates()} empty={(found) => found.items.length === 0} whenEmpty={<Empty title={t('templates.empty.title')}>{t('templates.empty.text')}</Empty>}>
          {(found) => <ul className="template-list" aria-label={t('templates.title')}>{found.items.map((one) => <Row key={one.name} one={one} />)}</ul>}
        </View>
      </Card>
    </Page>
  )
}
