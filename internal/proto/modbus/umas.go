package modbus

import "github.com/heron-iot/heron/internal/wire"

// Functions of UMAS, the engineering protocol of Schneider Electric's controllers
// that travels in function 90. It is not published: the numbers are as generally
// known.
const (
	UMASInit          = 0x01
	UMASReadID        = 0x02
	UMASReadProject   = 0x03
	UMASReadPLC       = 0x04
	UMASReadCard      = 0x06
	UMASReserve       = 0x10
	UMASRelease       = 0x11
	UMASKeepAlive     = 0x12
	UMASReadMemory    = 0x20
	UMASWriteMemory   = 0x21
	UMASReadVariables = 0x22
	UMASWriteVariable = 0x23
	UMASReadWords     = 0x24
	UMASWriteWords    = 0x25
	UMASUploadInit    = 0x30
	UMASUploadBlock   = 0x31
	UMASUploadEnd     = 0x32
	UMASDownloadInit  = 0x33
	UMASDownloadBlock = 0x34
	UMASDownloadEnd   = 0x35
	UMASStart         = 0x40
	UMASStop          = 0x41
	UMASWriteObject   = 0x71
)

// Answers of UMAS, in the place of the function.
const (
	UMASDone    = 0xfe
	UMASRefused = 0xfd
)

// UMASMessage is what a frame of function 90 carries. Data are borrowed.
type UMASMessage struct {
	Session  int
	Function int // or UMASDone, UMASRefused
	Data     []byte
}

// ReadUMAS reads the data of a frame of function 90.
func ReadUMAS(f *Frame) (UMASMessage, bool) {
	r := wire.NewReader(f.Data)
	u := UMASMessage{Session: r.U8(), Function: r.U8()}
	u.Data = r.Rest()
	return u, f.Function == UMAS && r.Err() == nil
}

// AskUMAS returns the frame of a message of UMAS.
func AskUMAS(transaction, unit, session, function int, data []byte) Frame {
	return Frame{
		Transaction: transaction, Unit: unit, Function: UMAS,
		Data: append([]byte{byte(session), byte(function)}, data...),
	}
}
