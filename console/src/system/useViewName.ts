import { useWords } from '../shared/words'

/** A view's name in the reader's language; one we do not know is shown as it is. */
export function useViewName(): (view: string) => string {
  const { t } = useWords()
  return (view) => t(`system.views.${view}`, { defaultValue: view })
}
