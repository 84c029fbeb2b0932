import { QueryClient, QueryClientProvider, QueryCache } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Problem } from './api/client.ts'
import { createStream, LiveContext } from './api/live-hooks.ts'
import { router } from './routes.tsx'
import { Toasts } from './ui/toast.tsx'

// A session that ended shows the login, wherever it was noticed.
const cache = new QueryCache({
  onError: (e) => {
    if (e instanceof Problem && e.status === 401) client.setQueryData(['session'], null)
  },
})

const client: QueryClient = new QueryClient({
  queryCache: cache,
  defaultOptions: {
    queries: {
      refetchOnWindowFocus: false, // the live stream keeps things fresh
      retry: (n, e) => n < 2 && (!(e instanceof Problem) || e.status === 0 || e.status >= 500),
    },
  },
})

const stream = createStream(client)

export function App() {
  return (
    <QueryClientProvider client={client}>
      <LiveContext value={stream}>
        <Toasts>
          <RouterProvider router={router} />
        </Toasts>
      </LiveContext>
    </QueryClientProvider>
  )
}
