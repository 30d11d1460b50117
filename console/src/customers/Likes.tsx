// The living part of a portrait: likes, buying, habits. It is worked out by the engine at the moment it is asked for.
import { useQuery } from '@tanstack/react-query'
import { call } from '../shared/client'
import { Hint } from '../shared/Hint'
import { Card, Empty, View } from '../shared/View'
import { useWords } from '../shared/words'
import { Computed } from './Computed'
import { Context } from './Context'
import { Habits } from './Habits'
import { Leanings } from './Leanings'
import { Part } from './Part'
import { Places } from './Places'
import { Rhythm } from './Rhythm'

export function Likes({ id }: { id: string }) {
  const { t } = useWords()
  const portrait = useQuery({
    queryKey: ['customer', id, 'portrait'],
    queryFn: ({ signal }) => call('get', '/api/v1/customers/{id}/portrait', { path: { id }, signal }),
  })
  return (
    <Card id="likes" className="likes-card" title={t('customers.one.likes.title')} extra={<Hint label={t('customers.one.likes.hintLabel')}>{t('customers.one.likes.hint')}</Hint>}>
      <View
        query={portrait}
        lines={8}
        empty={(found) => found.leanings.length === 0 && found.orders === null && found.habits === null && found.places === null && found.computed.length === 0}
        whenEmpty={<Empty title={t('customers.one.likes.emptyTitle')}>{t('customers.one.likes.empty')}</Empty>}
      >
        {(found) => (
          <>
            <Part title={t('customers.one.affinity')}><Leanings leanings={found.leanings} /></Part>
            <Part title={t('customers.one.likes.orders')}>
              {found.orders === null ? <p className="less">{t('customers.one.likes.ordersNone')}</p> : <Rhythm orders={found.orders} />}
            </Part>
            <Part title={t('customers.one.likes.habits')}>
              {found.habits === null ? <p className="less">{t('customers.one.likes.habitsNone')}</p> : <Habits habits={found.habits} zone={found.zone} />}
            </Part>
            {found.places !== null && <Part title={t('customers.one.likes.places')}><Places places={found.places} /></Part>}
            {found.context !== null && <Part title={t('customers.one.likes.context')}><Context context={found.context} /></Part>}
            {found.computed.length > 0 && <Part title={t('customers.one.likes.computed')}><Computed traits={found.computed} /></Part>}
          </>
        )}
      </View>
    </Card>
  )
}
