// The newest messages of one customer: sent, waiting, not sent and why.
import { Link } from 'react-router-dom'
import { maySeeTotals } from '../session/rights'
import { useSession } from '../session/useSession'
import { Hint } from '../shared/Hint'
import { useAddress } from '../shared/useAddress'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { MessageDrawer } from './MessageDrawer'
import { MessageLine } from './MessageLine'
import { useFew } from './useMessages'
import './messages.css'

const SHOWN = 5

function Messages({ id }: { id: string }) {
  const { t } = useWords()
  const [address, change] = useAddress()
  const opened = address.get('message')
  const open = (messageId: string | null) =>
    change((now) => {
      const next = new URLSearchParams(now)
      if (messageId === null) next.delete('message')
      else next.set('message', messageId)
      return next
    })
  return (
    <Card id="customer-messages" title={t('messages.ofOne.title')} extra={<Hint label={t('messages.ofOne.hintLabel')}>{t('messages.ofOne.hint')}</Hint>}>
      <View query={useFew(id, SHOWN)} lines={3} empty={({ items }) => items.length === 0} whenEmpty={<Empty title={t('messages.ofOne.emptyTitle')}>{t('messages.ofOne.empty')}</Empty>}>
        {({ items }) => (
          <>
            <ul className="message-lines" aria-label={t('messages.ofOne.title')}>{items.map((one) => <MessageLine key={one.messageId} message={one} onOpen={() => open(one.messageId)} />)}</ul>
            <p className="message-more"><Link to={`/messages?customer=${id}`}>{t('messages.ofOne.all')}</Link></p>
          </>
        )}
      </View>
      {opened !== null && <MessageDrawer messageId={opened} onClose={() => open(null)} />}
    </Card>
  )
}

/** Nothing where the role may not read the log of messages. */
export function CustomerMessages({ id }: { id: string }) {
  return maySeeTotals(useSession().data?.role) ? <Messages id={id} /> : null
}
