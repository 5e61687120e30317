export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root XDG_DATA_HOME=/t4/caddy XDG_CONFIG_HOME=/t4/caddy; mkdir -p /t4/cc; cd /t4/cc
r(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1 & }
w(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1; }
cat >Caddyfile <<X
{
	debug
	admin 127.0.0.1:22019
	http_port 28480
	https_port 28481
	skip_install_trust
}
http://127.0.0.1:28482 {
	log
	root * /t4
	reverse_proxy /p 127.0.0.1:1 {
		health_uri /h
		health_interval 1s
	}
	php_fastcgi /f/* unix//none.sock
	file_server
	templates
}
https://localhost:28481 {
	tls internal
	respond hi
}
X
r caddy 9 caddy run --config Caddyfile --adapter caddyfile; sleep 3; w caddy 2 caddy run --config Caddyfile --adapter caddyfile; for u in p f/x.php none cert.pem; do curl -s 127.0.0.1:28482/$u >/dev/null; done; curl -sk https://localhost:28481/ >/dev/null;  curl -sk https://127.0.0.1:28481/ >/dev/null; curl -s http://127.0.0.1:28481/ >/dev/null; curl -s -XPOST -d '{bad' 127.0.0.1:22019/load >/dev/null; curl -s -XPOST -H 'Content-Type: application/json' -d '{"apps":{"foo":1}}' 127.0.0.1:22019/load >/dev/null; curl -s -H 'Origin: http://evil' 127.0.0.1:22019/config/ >/dev/null; curl -s 127.0.0.1:22019/config/zz/y >/dev/null; sleep 2; curl -s -XPOST 127.0.0.1:22019/stop >/dev/null
# nats again
printf 'listen: 127.0.0.1:24222\nhttp: 127.0.0.1:24223\ndebug: true\nmax_payload: 100\nmax_connections: 3\nping_interval: "1s"\nping_max: 1\nwrite_deadline: "1s"\nauthorization { users=[{user:a,password:a},{user:b,password:b,permissions:{publish:"x"}}] timeout: 1 }\njetstream { store_dir: /t4/js, max_mem: 1000000, max_file: 1000000 }\n' >/t4/n.conf; r nats 9 nats-server -c /t4/n.conf; sleep 1
raw(){ (printf "$2"; sleep 0.5) | timeout 1 bash -c "cat >/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
w nats 2 nats-server -c /t4/n.conf;  raw 24222 'CONNECT {"user":"a","pass":"bad"}\r\n'; raw 24222 'CONNECT {"user":"b","pass":"b"}\r\nPUB y 1\r\na\r\nSUB > 1\r\nPUB x 500\r\n'; raw 24222 'GARBAGE\r\n'; raw 24222 'CONNECT {bad\r\n'; raw 24222 'CONNECT {"user":"a","pass":"a"}\r\nPUB x.. 1\r\na\r\n';  for i in 1 2 3 4 5; do (sleep 3 | timeout 3 bash -c 'cat >/dev/tcp/127.0.0.1/24222' &) ; done; sleep 4
printf 'listen: 127.0.0.1:24232\ndebug: true\ncluster { name: c, listen: 127.0.0.1:24224, routes=["nats://127.0.0.1:1"] }\nleafnodes { remotes=[{url:"nats://127.0.0.1:2"}] }\ngateway {name: g, listen: "127.0.0.1:24226", gateways: [{name: h, url: "nats://127.0.0.1:3"}]}\n' >/t4/n2.conf; r nats 5 nats-server -c /t4/n2.conf; sleep 1;  raw 24224 'INFO {}\r\n'; raw 24226 'garbage\r\n'; sleep 3
