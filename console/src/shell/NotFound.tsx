import { Link } from 'react-router-dom'
import { Empty } from '../shared/View'
import { useWords } from '../shared/words'
import { Page } from './Page'

export function NotFound() {
  const { t } = useWords()
  return (
    <Page title={t('shell.notFound.title')}>
      <Empty title={t('shell.notFound.text')}>
        <Link to="/">{t('shell.notFound.home')}</Link>
      </Empty>
    </Page>
  )
}
