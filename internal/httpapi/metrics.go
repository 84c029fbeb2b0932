package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what this package counts. Labels come from short fixed lists:
// methods, route patterns, status codes, outcomes.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	panics   prometheus.Counter
	logins   *prometheus.CounterVec
	audit    prometheus.Counter
	clients  prometheus.Gauge
	sent     prometheus.Counter
	overruns prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "heron_httpapi_requests_total", Help: "Requests answered.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "heron_httpapi_request_seconds", Help: "Time to answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "heron_httpapi_panics_total", Help: "Handlers that panicked: each is a bug.",
		}),
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "heron_httpapi_logins_total", Help: "Logins by outcome: ok, denied, throttled.",
		}, []string{"outcome"}),
		audit: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "heron_httpapi_audit_failures_total", Help: "Audit entries that could not be written.",
		}),
		clients: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "heron_httpapi_live_clients", Help: "Readers of the live stream.",
		}),
		sent: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "heron_httpapi_live_messages_total", Help: "Live messages sent.",
		}),
		overruns: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "heron_httpapi_live_overruns_total", Help: "Readers too slow, told to resume.",
		}),
	}
	for _, c := range []prometheus.Collector{
		m.requests, m.seconds, m.panics, m.logins, m.audit, m.clients, m.sent, m.overruns,
	} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// observe counts one answered request. The live stream has no duration worth
// a histogram.
func (m *metrics) observe(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(knownMethod(method), route, strconv.Itoa(status)).Inc()
	if status != http.StatusSwitchingProtocols {
		m.seconds.WithLabelValues(route).Observe(took.Seconds())
	}
}
