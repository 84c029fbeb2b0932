// Package ocpp reads OCPP-J, by which charging stations for vehicles talk to who
// runs them: what a station says of itself, and what it is ordered to do. Cards,
// sessions, SIM cards and what is metered are never told.
package ocpp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all from BootNotification.
const (
	keyVendor   = "ocpp.vendor"
	keyModel    = "ocpp.model"
	keySerial   = "ocpp.serial" // of the station, or of the box
	keyFirmware = "ocpp.firmware"
	keyMeter    = "ocpp.meter_type"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "ocpp",
		Over:    dissect.OverWebSocket,
		Spec:    "Open Charge Alliance, OCPP 1.6 edition 2 §6.1 (BootNotification), OCPP-J 1.6 §4 (messages); OCPP 2.0.1 parts 2 and 4",
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// probe accepts a call of a known action from the side that makes it: the station
// is who connects.
func probe(b []byte, fromClient bool) bool {
	action, ok := head(b)
	switch {
	case !ok:
		return false
	case fromClient:
		return reports(action)
	}
	return asks(action) || orders(action)
}

// reports reports whether an action of OCPP 1.6, with its security extension, or of
// 2.0.1 is a station's.
func reports(action []byte) bool {
	switch string(action) {
	case "BootNotification", "Heartbeat", "StatusNotification", "MeterValues", "Authorize", "StartTransaction", "StopTransaction",
		"DiagnosticsStatusNotification", "FirmwareStatusNotification", "SecurityEventNotification", "LogStatusNotification",
		"SignedFirmwareStatusNotification", "SignCertificate", "TransactionEvent", "NotifyEvent", "NotifyReport", "NotifyMonitoringReport",
		"NotifyChargingLimit", "NotifyEVChargingNeeds", "NotifyEVChargingSchedule", "ReportChargingProfiles", "ReservationStatusUpdate",
		"NotifyCustomerInformation", "NotifyDisplayMessages", "ClearedChargingLimit", "Get15118EVCertificate", "GetCertificateStatus",
		"PublishFirmwareStatusNotification":
		return true
	}
	return false
}

// asks reports whether an action asks a station for something, and changes nothing.
func asks(action []byte) bool {
	switch string(action) {
	case "GetConfiguration", "GetLocalListVersion", "GetCompositeSchedule", "TriggerMessage", "ExtendedTriggerMessage", "GetVariables",
		"GetBaseReport", "GetReport", "GetMonitoringReport", "GetChargingProfiles", "GetTransactionStatus", "GetInstalledCertificateIds",
		"GetDisplayMessages", "CostUpdated", "CustomerInformation":
		return true
	}
	return false
}

// orders reports whether an action changes a station, or has it do something.
func orders(action []byte) bool {
	switch string(action) {
	case "ChangeAvailability", "ChangeConfiguration", "ClearCache", "RemoteStartTransaction", "RemoteStopTransaction", "Reset",
		"UnlockConnector", "UpdateFirmware", "SignedUpdateFirmware", "GetDiagnostics", "GetLog", "SendLocalList", "ReserveNow", "CancelReservation",
		"SetChargingProfile", "ClearChargingProfile", "CertificateSigned", "DeleteCertificate", "InstallCertificate", "SetVariables",
		"SetNetworkProfile", "SetMonitoringBase", "SetMonitoringLevel", "SetVariableMonitoring", "ClearVariableMonitoring",
		"SetDisplayMessage", "ClearDisplayMessage", "RequestStartTransaction", "RequestStopTransaction", "PublishFirmware", "UnpublishFirmware":
		return true
	}
	return false
}

// Types of message (OCPP-J 1.6 §4.2): an array that begins with the type and an id.
const (
	typeCall   = "2"
	typeResult = "3"
	typeError  = "4"
)

// head reads the head of a message: of a call the action, behind which its payload
// comes.
func head(b []byte) (action []byte, ok bool) {
	if !bytes.HasPrefix(b, []byte("[")) {
		return nil, false
	}
	s := jsonscan.New(b)
	kind, _ := s.Next()
	id, _ := s.Next()
	third, _ := s.Next()
	if kind.Kind != jsonscan.Number || id.Kind != jsonscan.String {
		return nil, false
	}
	switch string(kind.Raw) {
	case typeResult:
		return nil, third.Kind == jsonscan.Object
	case typeError:
		return nil, third.Kind == jsonscan.String
	case typeCall:
		payload, _ := s.Next()
		return third.Raw, third.Kind == jsonscan.String && payload.Kind == jsonscan.Object
	}
	return nil, false
}

type dissector struct {
	text  []byte
	attrs dissect.Attrs
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	action, ok := head(b)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch {
	case m.FromClient && string(action) == "BootNotification":
		d.boots(b, m.Sender(), out)
	case !m.FromClient && orders(action):
		out.Act("ocpp.command", d.ordered(action))
	}
	return heron.Verdict{Consumed: len(b)}, nil
}

// ordered returns the attributes of an order.
func (d *dissector) ordered(action []byte) map[string]string {
	d.attrs.Begin(0)
	d.attrs.Text(action)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	return d.attrs.Keep(map[string]string{"action": string(action)})
}

// boots tells what a station says of itself when it starts.
func (d *dissector) boots(b []byte, about heron.Subject, out dissect.Emitter) {
	s := jsonscan.New(b)
	for v, ok := s.Next(); ok; v, ok = s.Next() {
		if v.Kind != jsonscan.String {
			continue
		}
		if key := keyOf(&v); key != "" {
			d.text = jsonscan.Append(d.text[:0], v.Raw)
			out.Observe(about, key, d.text)
		}
	}
}

// keyOf returns the key for a member of the payload, or, since 2.0, of its
// chargingStation; "" for those that say nothing.
func keyOf(v *jsonscan.Value) string {
	const ofPayload, ofStation = 2, 3
	switch {
	case v.Depth == ofPayload:
		switch string(v.Key) {
		case "chargePointVendor":
			return keyVendor
		case "chargePointModel":
			return keyModel
		case "chargePointSerialNumber", "chargeBoxSerialNumber":
			return keySerial
		case "firmwareVersion":
			return keyFirmware
		case "meterType":
			return keyMeter
		}
	case v.Depth == ofStation && string(v.Parent) == "chargingStation":
		switch string(v.Key) {
		case "vendorName":
			return keyVendor
		case "model":
			return keyModel
		case "serialNumber":
			return keySerial
		case "firmwareVersion":
			return keyFirmware
		}
	}
	return ""
}
