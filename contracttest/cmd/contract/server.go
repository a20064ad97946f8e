package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// listen listens on an address. By itself, package net would take 0.0.0.0 for all addresses of IPv6 as well.
func listen(address string) (net.Listener, error) {
	network := "tcp"
	if named, err := netip.ParseAddrPort(address); err == nil && named.Addr().Is4() {
		network = "tcp4"
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		return nil, fmt.Errorf("--addr %s: %w", address, err)
	}
	return listener, nil
}

// reachable returns the address at which this machine reaches a listener: one that listens on all its addresses is on
// 127.0.0.1, too.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

// isLocal reports whether only this machine reaches a listener.
func isLocal(listener net.Listener) bool {
	tcp, ok := listener.Addr().(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// serve serves on a listener, whose address it prints first, until ctx ends.
func serve(ctx context.Context, p process, listener net.Listener, handler http.Handler) error {
	fmt.Fprintf(p.stdout, "http://%s\n", reachable(listener.Addr()))
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, 0), // it quotes what clients send
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return shutDown(ctx, server, p.shutdownTime)
	}
}

// shutDown lets requests that are under way come to an end, and cuts off those that take longer.
func shutDown(ctx context.Context, server *http.Server, limit time.Duration) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	if server.Shutdown(limited) != nil {
		return server.Close()
	}
	return nil
}
