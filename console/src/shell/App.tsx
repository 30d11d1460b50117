import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { BrowserRouter, Route, Routes } from 'react-router-dom'
import { SessionGate } from '../session/SessionGate'
import { sessionKey } from '../session/useSession'
import { CallError } from '../shared/client'
import { Loading } from '../shared/View'
import { Fence } from './Fence'
import { NotFound } from './NotFound'
import { Shell } from './Shell'
import { useAppearance } from './theme'

const AccountPage = lazy(() => import('../account/AccountPage'))
const OverviewPage = lazy(() => import('../overview/OverviewPage'))
const CustomersPage = lazy(() => import('../customers/CustomersPage'))
const CustomerPage = lazy(() => import('../customers/CustomerPage'))
const DebuggerPage = lazy(() => import('../debugger/DebuggerPage'))
const LivePage = lazy(() => import('../live/LivePage'))
const AuditPage = lazy(() => import('../audit/AuditPage'))
const AttributionPage = lazy(() => import('../attribution/AttributionPage'))
const EditPage = lazy(() => import('../experiments/EditPage'))
const ExperimentPage = lazy(() => import('../experiments/ExperimentPage'))
const ExperimentsPage = lazy(() => import('../experiments/ExperimentsPage'))
const ItemsPage = lazy(() => import('../items/ItemsPage'))
const ItemPage = lazy(() => import('../items/ItemPage'))
const CampaignsPage = lazy(() => import('../campaigns/CampaignsPage'))
const JourneyPage = lazy(() => import('../journeys/JourneyPage'))
const JourneysPage = lazy(() => import('../journeys/JourneysPage'))
const ChannelsPage = lazy(() => import('../channels/ChannelsPage'))
const DeliveryPage = lazy(() => import('../delivery/DeliveryPage'))
const TemplatePage = lazy(() => import('../templates/TemplatePage'))
const TemplatesPage = lazy(() => import('../templates/TemplatesPage'))
const MessagesPage = lazy(() => import('../messages/MessagesPage'))
const BasketsPage = lazy(() => import('../baskets/BasketsPage'))
const FairnessPage = lazy(() => import('../fairness/FairnessPage'))
const FunnelsPage = lazy(() => import('../funnels/FunnelsPage'))
const MetricsPage = lazy(() => import('../metrics/MetricsPage'))
const PathsPage = lazy(() => import('../paths/PathsPage'))
const PlacementPage = lazy(() => import('../placements/PlacementPage'))
const OffersPage = lazy(() => import('../offers/OffersPage'))
const PlacementsPage = lazy(() => import('../placements/PlacementsPage'))
const PreviewPage = lazy(() => import('../recommend/PreviewPage'))
const RetentionPage = lazy(() => import('../retention/RetentionPage'))
const SegmentsPage = lazy(() => import('../segments/SegmentsPage'))
const ModelsPage = lazy(() => import('../models/ModelsPage'))
const ScenePage = lazy(() => import('../scene/ScenePage'))
const PredictionsPage = lazy(() => import('../predictions/PredictionsPage'))
const SegmentPage = lazy(() => import('../segments/SegmentPage'))
const MembersPage = lazy(() => import('../members/MembersPage'))
const PrivacyPage = lazy(() => import('../privacy/PrivacyPage'))
const TagsPage = lazy(() => import('../tags/TagsPage'))
const GroupsPage = lazy(() => import('../groups/GroupsPage'))
const StandingPage = lazy(() => import('../standing/StandingPage'))
const SourcesPage = lazy(() => import('../sources/SourcesPage'))
const ImportsPage = lazy(() => import('../imports/ImportsPage'))
const QualityPage = lazy(() => import('../quality/QualityPage'))
const PlanPage = lazy(() => import('../quality/PlanPage'))
const LettersPage = lazy(() => import('../quality/LettersPage'))
const SystemPage = lazy(() => import('../system/SystemPage'))

function makeClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      // A session that ended elsewhere shows itself as a 401 anywhere: ask who we are, and the gate shows the sign-in.
      onError: (error, query) => {
        if (error instanceof CallError && error.status === 401 && query.queryKey[0] !== sessionKey[0]) {
          client.setQueryData(sessionKey, null)
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the engine refuses it will refuse again; what did not answer may answer soon.
        retry: (failures, error) =>
          failures < 2 && error instanceof CallError && (error.status === 0 || error.status === 503),
        retryDelay: (failures) => 400 * 2 ** failures,
      },
    },
  })
  return client
}

export function App() {
  const appearance = useAppearance()
  const client = useMemo(makeClient, [])
  return (
    <QueryClientProvider client={client}>
      <BrowserRouter future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>
        <Fence>
          <SessionGate appearance={appearance}>
            <Shell appearance={appearance}>
              <Suspense fallback={<Loading lines={8} />}>
                <Routes>
                  <Route path="/" element={<OverviewPage />} />
                  <Route path="/account" element={<AccountPage />} />
                  <Route path="/live" element={<LivePage />} />
                  <Route path="/customers" element={<CustomersPage />} />
                  <Route path="/customers/:id" element={<CustomerPage />} />
                  <Route path="/segments" element={<SegmentsPage />} />
                  <Route path="/predictions" element={<PredictionsPage />} />
                  <Route path="/segments/:name" element={<SegmentPage />} />
                  <Route path="/privacy" element={<PrivacyPage />} />
                  <Route path="/tags" element={<TagsPage />} />
                  <Route path="/groups" element={<GroupsPage />} />
                  <Route path="/standing" element={<StandingPage />} />
                  <Route path="/items" element={<ItemsPage />} />
                  <Route path="/items/:id" element={<ItemPage />} />
                  <Route path="/offers" element={<OffersPage />} />
                  <Route path="/placements" element={<PlacementsPage />} />
                  <Route path="/placements/new" element={<PlacementPage />} />
                  <Route path="/placements/:name" element={<PlacementPage />} />
                  <Route path="/preview" element={<PreviewPage />} />
                  <Route path="/models" element={<ModelsPage />} />
                  <Route path="/scene" element={<ScenePage />} />
                  <Route path="/experiments" element={<ExperimentsPage />} />
                  <Route path="/experiments/new" element={<EditPage />} />
                  <Route path="/experiments/:name/edit" element={<EditPage />} />
                  <Route path="/experiments/:name" element={<ExperimentPage />} />
                  <Route path="/fairness" element={<FairnessPage />} />
                  <Route path="/campaigns" element={<CampaignsPage />} />
                  <Route path="/journeys" element={<JourneysPage />} />
                  <Route path="/journeys/new" element={<JourneyPage />} />
                  <Route path="/journeys/:name" element={<JourneyPage />} />
                  <Route path="/channels" element={<ChannelsPage />} />
                  <Route path="/delivery" element={<DeliveryPage />} />
                  <Route path="/templates" element={<TemplatesPage />} />
                  <Route path="/templates/new" element={<TemplatePage />} />
                  <Route path="/templates/:name" element={<TemplatePage />} />
                  <Route path="/messages" element={<MessagesPage />} />
                  <Route path="/funnels" element={<FunnelsPage />} />
                  <Route path="/retention" element={<RetentionPage />} />
                  <Route path="/paths" element={<PathsPage />} />
                  <Route path="/baskets" element={<BasketsPage />} />
                  <Route path="/measures" element={<MetricsPage />} />
                  <Route path="/members" element={<MembersPage />} />
                  <Route path="/audit" element={<AuditPage />} />
                  <Route path="/attribution" element={<AttributionPage />} />
                  <Route path="/sources" element={<SourcesPage />} />
                  <Route path="/imports" element={<ImportsPage />} />
                  <Route path="/quality" element={<QualityPage />} />
                  <Route path="/plan" element={<PlanPage />} />
                  <Route path="/letters" element={<LettersPage />} />
                  <Route path="/debugger" element={<DebuggerPage />} />
                  <Route path="/system" element={<SystemPage />} />
                  <Route path="*" element={<NotFound />} />
                </Routes>
              </Suspense>
            </Shell>
          </SessionGate>
        </Fence>
      </BrowserRouter>
    </QueryClientProvider>
  )
}
