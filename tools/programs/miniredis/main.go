// Command miniredis serves the Redis protocol from memory on 127.0.0.1, for programs under test that want a Redis and for
// machines that have none. Nothing is stored. Stop it with SIGTERM or SIGINT.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func main() {
	port := flag.Int("port", 0, "port on 127.0.0.1; 0 takes a free one")
	flag.Parse()

	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(fmt.Sprintf("127.0.0.1:%d", *port)); err != nil {
		fmt.Fprintln(os.Stderr, "miniredis:", err)
		os.Exit(1)
	}
	defer server.Close()
	fmt.Println(server.Addr())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)

	// The server has no clock of its own: keys expire only when time is moved forward for it.
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case now := <-tick.C:
			server.FastForward(now.Sub(last))
			last = now
		case <-stop:
			return
		}
	}
}
