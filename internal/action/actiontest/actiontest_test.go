package actiontest_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/action"
	"github.com/heron-iot/heron/internal/action/actiontest"
)

func TestFaultyExecutorIsGoodUntilToldOtherwise(t *testing.T) {
	t.Parallel()
	var f actiontest.Faulty
	actiontest.Run(t, actiontest.Subject{
		Executor: f.Executor(), Target: action.Target{},
		Changed: func(*testing.T) bool { return f.On() },
	})
}
