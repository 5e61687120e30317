export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
cd /tmp; mkdir -p /rec /t4 /run/sshd; chmod 1777 /t4 /rec
r(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1 & }
w(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1; }
raw(){ (printf "$2"; sleep 0.5) | timeout 1 bash -c "cat >/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout /t4/key.pem -out /t4/cert.pem -days 2 -subj /CN=localhost 2>/dev/null; chmod 644 /t4/key.pem
# tor
T="tor --quiet --DataDirectory /t4/tor --SocksPort 127.0.0.1:29050 --DisableNetwork 1 --Log info_stdout"
w tor 4 tor --DataDirectory /t4/tor --SocksPort 127.0.0.1:29050 --DisableNetwork 1 --ControlPort 127.0.0.1:29051 --Log "info stdout" --SafeLogging 0 --HTTPTunnelPort 29052
for a in "--Bogus 1" "--SocksPort 0.0.0.0:29053" "--ORPort abc" "--ORPort 29054 --Nickname bad_name!" "--HiddenServiceDir /t4/hs" "--HiddenServiceDir /t4/hs --HiddenServicePort 80" "--User nosuch" "--ControlPort 29051" "--ExitPolicy foo" "--Bridge foo" "--UseBridges 1" "--MaxCircuitDirtiness 1" "--NumEntryGuards 0" "--Log foo" "--ContactInfo x --ORPort 29055 --ExitRelay 1" "--ClientUseIPv4 0" "--BandwidthRate 1" "--HashedControlPassword x" "--ConnLimit 99999999" "--Sandbox 1" "--TransPort 29056" "--ControlPort 0.0.0.0:29051" "--ServerTransportPlugin foo" "--Tor2webMode 1" "--AuthoritativeDirectory 1" "--DirPort 29057" "--KeepalivePeriod 0" "--ExcludeNodes {zz!" "--StrictNodes 1 --ExitNodes foo" "--DNSPort 127.0.0.1:99999" "--CookieAuthentication 1" "--PidFile /none/x" "--DataDirectory /proc/x" "--GeoIPFile /none" "--RunAsDaemon maybe" "--SocksPolicy accept" "--MyFamily foo" "--Schedulers Foo" "--AccountingMax 1" "--CircuitBuildTimeout 1" "--TestingTorNetwork 1" "--PublishServerDescriptor foo --ORPort 29058"; do w tor 1.5 tor --DataDirectory /t4/tor --SocksPort 127.0.0.1:29059 --DisableNetwork 1 --Log "notice stdout" $a; done
# syncthing
w syncthing 6 syncthing serve --no-browser --no-default-folder --home=/t4/sy --gui-address=127.0.0.1:28384 --logflags=0 --no-upgrade ; sed -i 's/<globalAnnounceEnabled>true/<globalAnnounceEnabled>false/;s/<relaysEnabled>true/<relaysEnabled>false/;s/<localAnnounceEnabled>true/<localAnnounceEnabled>false/;s/<natEnabled>true/<natEnabled>false/' /t4/sy/config.xml; echo '<bogus' >>/t4/sy/config.xml; w syncthing 3 syncthing serve --no-browser --home=/t4/sy --gui-address=127.0.0.1:28384 --logflags=0 --no-upgrade;
# squid
cat >/t4/squid.conf <<X
http_port 127.0.0.1:23128
cache_log /dev/stdout
access_log none
pid_filename /t4/squid.pid
cache_effective_user proxy
coredump_dir /t4
acl bad dstdomain .a.com a.com
acl src1 src 10.0.0.0/8 10.1.0.0/16
http_access allow all
cache_peer nosuch.invalid parent 3128 0
cache_peer 127.0.0.1 parent 1 0 no-query
never_direct allow all
maximum_object_size 99 GB
cache_mem 1 KB
visible_hostname x
X
chmod 666 /dev/stdout 2>/dev/null; sed -i 's#/dev/stdout#/t4/cache.log#' /t4/squid.conf; touch /t4/cache.log; chown proxy /t4 /t4/cache.log
r squid 8 squid -N -f /t4/squid.conf -d1; sleep 3; curl -s -x http://127.0.0.1:23128 http://a.invalid/ >/dev/null; curl -s -x http://127.0.0.1:23128 https://a.invalid/ >/dev/null; raw 23128 'garbage\r\n\r\n'; raw 23128 'GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n'; w squid 2 squid -N -f /t4/squid.conf -d1; kill -HUP $(cat /t4/squid.pid); sleep 2
for c in 'bogus 1' 'http_port 99999' 'cache_dir foo /x 1 1 1' 'acl a foo b' 'http_access allow nope' 'cache_effective_user nosuch' 'refresh_pattern ( 1 1 1' 'auth_param basic program /none' 'cache_dir ufs /none 100 16 256' 'url_rewrite_program /none' 'acl x src 10.0.0.1/99' 'https_port 127.0.0.1:23129 cert=/none' 'cache_peer' 'delay_pools x' 'include /none' 'logformat' 'maximum_object_size abc' 'error_directory /none' 'mime_table /none'; do (sed 's/23128/23139/;s/squid.pid/squid2.pid/' /t4/squid.conf; echo "$c") >/t4/squid2.conf; w squid 2 squid -N -f /t4/squid2.conf -d1; done; cat /t4/cache.log >>/rec/squid.log
# prometheus family
mkdir -p /t4/prom; cat >/t4/prom.yml <<X
global: {scrape_interval: 1s, scrape_timeout: 500ms, evaluation_interval: 1s}
rule_files: [/t4/rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:1"]}]}]}
scrape_configs:
- job_name: a
  static_configs: [{targets: ["127.0.0.1:29190","127.0.0.1:1","127.0.0.1:29191"]}]
- job_name: sd
  file_sd_configs: [{files: [/t4/sd*.json]}]
- job_name: dns
  dns_sd_configs: [{names: [nosuch.invalid]}]
remote_write: [{url: "http://127.0.0.1:2/x"}]
X
echo '{bad' >/t4/sd1.json
cat >/t4/rules.yml <<X
groups:
- name: g
  rules:
  - {record: a, expr: "up * on(job) group_left up"}
  - {alert: x, expr: "up == 0"}
  - {record: b, expr: "rate(up[1s]) / on() up"}
X
(timeout 14 python3 -c "
import http.server
class H(http.server.BaseHTTPRequestHandler):
    n=0
    def do_GET(s):
        H.n+=1
        s.send_response(200); s.end_headers(); s.wfile.write([b'a 1\na 1\na 2\n',b'garbage{{{\n',b'b 1 100\nb 2 99999999999999\n'][H.n%3])
    def log_message(s,*a): pass
http.server.HTTPServer(('127.0.0.1',29191),H).serve_forever()" &)
r prometheus 12 prometheus --config.file=/t4/prom.yml --storage.tsdb.path=/t4/prom/d --web.listen-address=127.0.0.1:29190 --log.level=debug --web.enable-lifecycle --web.enable-admin-api --query.timeout=1s --query.max-samples=5; sleep 5; w prometheus 2 prometheus --config.file=/t4/prom.yml --storage.tsdb.path=/t4/prom/d --web.listen-address=127.0.0.1:29190
curl -s '127.0.0.1:29190/api/v1/query?query=foo(' >/dev/null; curl -s '127.0.0.1:29190/api/v1/query?query=up' >/dev/null; echo 'bogus: 1' >>/t4/prom.yml; curl -s -XPOST 127.0.0.1:29190/-/reload >/dev/null; sed -i '$d' /t4/prom.yml; echo '  - {record: c, expr: "foo("}' >>/t4/rules.yml; curl -s -XPOST 127.0.0.1:29190/-/reload >/dev/null; curl -s -XPOST 127.0.0.1:29190/api/v1/admin/tsdb/snapshot >/dev/null; sleep 1; sed -i '$d' /t4/rules.yml; sleep 1
sleep 7;                                                 sleep 0.5; dd if=/dev/urandom of=$(ls /t4/prom/d/wal/0* | head -1) bs=100 count=5 conv=notrunc 2>/dev/null; w prometheus 4 prometheus --config.file=/t4/prom.yml --storage.tsdb.path=/t4/prom/d --web.listen-address=127.0.0.1:29190 --storage.tsdb.retention.time=1h --storage.tsdb.min-block-duration=1h; w prometheus 1 prometheus --config.file=/none; w prometheus 1 prometheus --config.file=/t4/prom.yml --storage.tsdb.path=/proc/x; w prometheus 1 prometheus --config.file=/t4/prom.yml --storage.tsdb.path=/t4/p3 --web.listen-address=127.0.0.1:99999
w node-exporter 4 prometheus-node-exporter --web.listen-address=127.0.0.1:29192 --log.level=debug --collector.textfile.directory=/none --collector.systemd --collector.supervisord --collector.ntp --collector.runit & sleep 1; curl -s 127.0.0.1:29192/metrics >/dev/null; curl -s '127.0.0.1:29192/metrics?collect[]=foo' >/dev/null
echo '{route: {receiver: r, group_wait: 1s, group_interval: 1s}, receivers: [{name: r, webhook_configs: [{url: "http://127.0.0.1:1/"}], email_configs: [{to: "a@b.invalid", from: "b@b.invalid", smarthost: "127.0.0.1:2"}]}]}' > /t4/am.yml
r alertmanager 8 prometheus-alertmanager --config.file=/t4/am.yml --storage.path=/t4/am --web.listen-address=127.0.0.1:29193 --cluster.listen-address=127.0.0.1:29194 --cluster.peer=127.0.0.1:3 --log.level=debug; sleep 1.5; for i in 1 2; do curl -s -XPOST -H 'Content-Type: application/json' -d '[{"labels":{"alertname":"x"}}]' 127.0.0.1:29193/api/v2/alerts >/dev/null; curl -s -XPOST -H 'Content-Type: application/json' -d '[{"labels":{}}]' 127.0.0.1:29193/api/v2/alerts >/dev/null; curl -s -XPOST -d 'x' 127.0.0.1:29193/api/v2/silences >/dev/null; done; echo 'bogus: 1' >/t4/am.yml; curl -s -XPOST 127.0.0.1:29193/-/reload >/dev/null; sleep 3; w alertmanager 1 prometheus-alertmanager --config.file=/t4/am.yml --storage.path=/t4/am2 --web.listen-address=127.0.0.1:29195 --cluster.listen-address=
# caddy
mkdir -p /t4/caddy; export XDG_DATA_HOME=/t4/caddy XDG_CONFIG_HOME=/t4/caddy
cat >/t4/Caddyfile <<X
{
 debug
 admin 127.0.0.1:22019
 http_port 28480
 https_port 28481
 skip_install_trust
}
http://127.0.0.1:28482 {
 log
 reverse_proxy /p 127.0.0.1:1 {
  health_uri /h
  health_interval 1s
 }
 php_fastcgi /f unix//none.sock
 root /t4
 file_server
 basicauth /b {
  u JDJhJDE0JHh4
 }
 templates
}
https://localhost:28481 {
 tls internal
 respond hi
}
X
r caddy 9 caddy run --config /t4/Caddyfile; sleep 3; w caddy 2 caddy run --config /t4/Caddyfile; for u in p f/x.php none cert.pem b; do curl -s 127.0.0.1:28482/$u >/dev/null; done; curl -sk https://localhost:28481/ >/dev/null;  curl -sk https://127.0.0.1:28481/ >/dev/null; curl -s http://127.0.0.1:28481/ >/dev/null; curl -s -XPOST -d '{bad' 127.0.0.1:22019/load >/dev/null; curl -s -XPOST -H 'Content-Type: application/json' -d '{"apps":{"foo":1}}' 127.0.0.1:22019/load >/dev/null; curl -s -H 'Origin: http://evil' 127.0.0.1:22019/config/ >/dev/null; curl -s 127.0.0.1:22019/config/zz/y >/dev/null; sleep 2; curl -s -XPOST 127.0.0.1:22019/stop >/dev/null
for c in 'foo' ':28490 { bogus }' ':28490 { reverse_proxy }' 'http://a:99999 { respond hi }' ':28490 { tls /none /none }' '{ auto_https bogus }' ':28490 { import nope }' ':28490 { file_server { root } }'; do echo "$c" | sed 's/ { /{\n/g; s/{$/ {/; s/ }/\n}/g' >/t4/C2; w caddy 2 caddy run --config /t4/C2; done
# influxdb
cat >/t4/influx.conf <<X
bind-address = "127.0.0.1:28088"
reporting-disabled = true
[meta]
dir = "/t4/inf/meta"
[data]
dir = "/t4/inf/data"
wal-dir = "/t4/inf/wal"
max-series-per-database = 5
[http]
bind-address = "127.0.0.1:28086"
max-body-size = 1000
log-enabled = false
[[graphite]]
enabled = true
bind-address = "127.0.0.1:22003"
[[collectd]]
enabled = true
bind-address = "127.0.0.1:22004"
typesdb = "/none"
[[opentsdb]]
enabled = true
bind-address = "127.0.0.1:22005"
[[udp]]
enabled = true
bind-address = "127.0.0.1:22006"
[logging]
level = "debug"
X
w influxdb 3 influxd -config /t4/influx.conf; sed -i '/^\[\[collectd/,/typesdb/d' /t4/influx.conf; r influxdb 10 influxd -config /t4/influx.conf; sleep 3; w influxdb 2 influxd -config /t4/influx.conf; I=127.0.0.1:28086; curl -s $I/query --data-urlencode 'q=create database d' >/dev/null; curl -s "$I/write?db=d" -d 'm,a=1 v=1' >/dev/null; curl -s "$I/write?db=nope" -d 'm v=1' >/dev/null; curl -s "$I/write?db=d" -d 'garbage' >/dev/null; for i in 1 2 3 4 5 6 7 8; do curl -s "$I/write?db=d" -d "m,a=$i v=1" >/dev/null; done;  curl -s "$I/write?db=d" -d 'm,a=1 v="x"' >/dev/null; for q in 'select * from' 'select v from m' 'drop database zz' 'create user a with password x' 'show shards' 'kill query 99' 'create continuous query c on d begin select mean(v) into x.y.z from m group by time(1s) end' 'create retention policy r on d duration 1m replication 1' 'drop database d'; do curl -s $I/query?db=d --data-urlencode "q=$q" >/dev/null; done; printf 'bad graphite line\na.b 1 zz\n' | timeout 1 bash -c 'cat >/dev/tcp/127.0.0.1/22003'; printf 'put foo\nbogus\n' | timeout 1 bash -c 'cat >/dev/tcp/127.0.0.1/22005'; echo garbage >/dev/udp/127.0.0.1/22006; sleep 4; F=$(find /t4/inf/wal -name '*.wal' | head -1); [ -n "$F" ] && head -c 300 /dev/urandom >>$F; echo x > /t4/inf/data/zz; w influxdb 3 influxd -config /t4/influx.conf; head -c 100 /dev/urandom > /t4/inf/meta/meta.db;  w influxdb 2 influxd -config /t4/influx.conf
# pgbouncer
cat >/t4/pgb.ini <<X
[databases]
a = host=127.0.0.1 port=1
b = host=nosuch.invalid
* = host=127.0.0.1 port=2
[pgbouncer]
listen_addr=127.0.0.1
listen_port=26432
auth_type=md5
auth_file=/t4/ul
max_client_conn=5
default_pool_size=1
query_wait_timeout=1
server_login_retry=1
client_login_timeout=1
unix_socket_dir=
verbose=1
ignore_startup_parameters=extra_float_digits
X
printf '"u" "md5abc"\n"p" "pw"\nbad line\n' >/t4/ul; chmod 777 /t4; chmod 644 /t4/ul /t4/pgb.ini
PB="su postgres -s /bin/sh -c"; r pgbouncer 9 $PB "pgbouncer /t4/pgb.ini"; sleep 1; w pgbouncer 2 $PB "pgbouncer /t4/pgb.ini"; w pgbouncer 1 pgbouncer /t4/pgb.ini; for d in a b zz pgbouncer; do PGPASSWORD=pw timeout 3 psql -h127.0.0.1 -p26432 -Up $d -c 'select 1' >/dev/null 2>&1; PGPASSWORD=bad timeout 2 psql -h127.0.0.1 -p26432 -Up $d -c 'select 1' >/dev/null 2>&1; done; PGPASSWORD=x timeout 2 psql -h127.0.0.1 -p26432 -Unone a -c 'select 1' >/dev/null 2>&1; raw 26432 'garbage\r\n'; raw 26432 ''; for c in 'bogus=1' 'pool_mode=foo' 'listen_port=abc' 'auth_type=zz' 'logfile=/none/x' 'pidfile=/none/x' 'client_tls_sslmode=require
client_tls_key_file=/none
client_tls_cert_file=/none' 'auth_file=/none' 'max_client_conn=9999999' 'listen_addr=nosuch.invalid' 'auth_hba_file=/none
auth_type=hba' 'unix_socket_dir=/none' '%include /none' '[foo]'; do (sed 's/26432/26433/' /t4/pgb.ini; echo "$c") >/t4/pgb2.ini; chmod 644 /t4/pgb2.ini;  w pgbouncer 1 $PB "pgbouncer /t4/pgb2.ini"; done
