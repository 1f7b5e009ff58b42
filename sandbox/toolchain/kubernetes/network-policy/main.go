// Network-policy enforces NetworkPolicy objects on this node with kube-router's
// controller, used as a library: the whole kube-router binary does not build from
// the module proxy. It reads a kubeconfig, waits for its node object (the controller
// panics without one) and runs until it is told to stop.
package main

import (
	"context"
	"flag"
	"log"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/cloudnativelabs/kube-router/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/pkg/options"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path of the kubeconfig")
	node := flag.String("node", "", "name of this node")
	services := flag.String("service-cidr", "10.96.0.0/16", "address range of Services")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatalf("network-policy: kubeconfig %q: %v", *kubeconfig, err)
	}
	client := kubernetes.NewForConfigOrDie(config)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	waitForNode(ctx, client, *node)

	router := options.NewKubeRouterConfig()
	router.ClusterIPCIDR = *services
	router.HostnameOverride = *node
	router.IPTablesSyncPeriod = 30 * time.Second

	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	controller, err := netpol.NewNetworkPolicyController(
		client, router, pods, policies, namespaces, &sync.Mutex{})
	if err != nil {
		log.Fatalf("network-policy: %v", err)
	}
	for _, watch := range []func() error{
		func() error { _, err := pods.AddEventHandler(controller.PodEventHandler); return err },
		func() error { _, err := policies.AddEventHandler(controller.NetworkPolicyEventHandler); return err },
		func() error { _, err := namespaces.AddEventHandler(controller.NamespaceEventHandler); return err },
	} {
		if err := watch(); err != nil {
			log.Fatalf("network-policy: %v", err)
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())

	// The controller blocks on a heartbeat that nobody reads.
	heartbeats := make(chan *healthcheck.ControllerHeartbeat, 10)
	go func() {
		for range heartbeats {
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	controller.Run(heartbeats, ctx.Done(), &running)
}

func waitForNode(ctx context.Context, client kubernetes.Interface, name string) {
	for {
		if _, err := client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{}); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			log.Fatal("network-policy: stopped before the node appeared")
		case <-time.After(time.Second):
		}
	}
}
