package lab

import "github.com/heron-iot/heron"

// AnswerAll gives bytes to every service of every model, as a stranger would,
// and reports the first that claims to have used what was not there.
func AnswerAll(s *Site, b []byte) string {
	for _, h := range s.Hosts {
		for i := range h.Model.Services {
			v := &h.Model.Services[i]
			if v.Answer == nil {
				continue
			}
			sess := &Session{}
			in := b
			for range 100 {
				r := v.Answer(h, Query{Bytes: in, Session: sess})
				if r.Used < 0 || r.Used > len(in) {
					return h.Name + " " + v.Protocol
				}
				if in = in[r.Used:]; r.Used == 0 || r.Close || v.Transport == heron.UDP {
					break
				}
			}
			sess.end()
		}
	}
	return ""
}
