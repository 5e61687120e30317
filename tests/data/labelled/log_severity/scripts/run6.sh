export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
cd /tmp; mkdir -p /rec /t6; chmod 777 /t6 /rec
r(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1 & }
w(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1; }
raw(){ (printf "$2"; sleep 0.5) | timeout 1 bash -c "cat >/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout /t6/key.pem -out /t6/cert.pem -days 2 -subj /CN=localhost 2>/dev/null; chmod 644 /t6/key.pem
# prosody
mkdir -p /t6/pro; chmod 777 /t6/pro; cat >/t6/pro.lua <<X
daemonize=false; pidfile="/t6/pro/pid"; data_path="/t6/pro/d"; c2s_ports={25222}; s2s_ports={25269}; interfaces={"127.0.0.1"}; http_ports={25280}; https_ports={}; modules_enabled={"roster","saslauth","tls","disco","ping","register","nosuchmod","bosh","admin_telnet","posix"}; c2s_require_encryption=false; authentication="internal_plain"; allow_unencrypted_plain_auth=true; certificates="/none"; log={debug="*stdout"}; storage="internal"; bogus_opt=1; limits={c2s={rate="xx"}}
VirtualHost "localhost"
 ssl={key="/none",certificate="/none"}
VirtualHost "bad host!"
Component "x.localhost" "nosuchcomp"
X
chmod 644 /t6/pro.lua; r prosody 10 su prosody -s /bin/sh -c "prosody --config /t6/pro.lua -F"; sleep 3; w prosody 2 su prosody -s /bin/sh -c "prosody --config /t6/pro.lua -F"; ST='<?xml version="1.0"?><stream:stream to="localhost" version="1.0" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">'
for x in 'garbage' "$ST" "$ST<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"PLAIN\">AGEAYg==</auth>" "$ST<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"FOO\">x</auth>" "$ST<bad" "$ST<iq type=\"get\"/>" '<?xml version="1.0"?><stream:stream to="nope" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">' ; do raw 25222 "$x"; raw 25269 "$x"; done; curl -s 127.0.0.1:25280/zz >/dev/null; sleep 1
for c in 'bogus(' 'VirtualHost()' 'plugin_paths={"/none"}; storage="sql"' 'network_backend="foo"' 'authentication="nope"' 'Include "/none/x"'; do echo "$c" >/t6/p2.lua; cat /t6/pro.lua | sed 's/25222/25223/;s/25269/25270/;s/25280/25281/;s#pro/pid#pro/pid2#' >>/t6/p2.lua; chmod 644 /t6/p2.lua; w prosody 2 su prosody -s /bin/sh -c "prosody --config /t6/p2.lua -F"; done
# privoxy, tinyproxy
cp -r /etc/privoxy /t6/privoxy; cat >/t6/privoxy/c <<X
confdir /t6/privoxy
logdir /t6
listen-address 127.0.0.1:28118
actionsfile default.action
filterfile default.filter
debug 1
debug 1024
debug 4096
debug 8192
bogus-directive 1
forward nosuch/ 127.0.0.1:1
max-client-connections 2
X
r privoxy 6 privoxy --no-daemon /t6/privoxy/c; sleep 1;  w privoxy 2 privoxy --no-daemon /t6/privoxy/c; for u in http://a.invalid/ http://127.0.0.1:1/ http://nosuch/ http://ad.example.invalid/; do curl -s -m 3 -x http://127.0.0.1:28118 $u >/dev/null; done; raw 28118 'garbage\r\n\r\n'; raw 28118 'GET foo://x HTTP/1.1\r\n\r\n'; raw 28118 'GET http://127.0.0.1:1/ HTTP/9.1\r\n\r\n'; raw 28118 ''; for i in 1 2 3 4; do (sleep 2 | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/28118' &) ; done; sleep 2; for c in 'actionsfile none.action' 'listen-address 10.99.99.99:1' 'filterfile none' 'permit-access 999.1.1.1' 'forward x' 'debug abc' 'trustfile none' 'templdir /none' 'logdir /none
logfile x' 'forward-socks5 a b' 'socket-timeout abc' 'toggle maybe' 'hostname' 'listen-address foo.invalid:1' 'confdir /none' 'buffer-limit abc'; do (sed 's/28118/28119/' /t6/privoxy/c; echo "$c") >/t6/privoxy/c2; w privoxy 2 privoxy --no-daemon /t6/privoxy/c2; done
cat >/t6/tp.conf <<X
Port 28888
Listen 127.0.0.1
Timeout 1
LogLevel Info
MaxClients 2
Allow 127.0.0.1
Filter "/t6/flt"
ConnectPort 443
Upstream http 127.0.0.1:1 ".x"
ViaProxyName "t"
BasicAuth a b
X
echo 'bad(' >/t6/flt; w tinyproxy 2 tinyproxy -d -c /t6/tp.conf; echo 'ads' >/t6/flt; r tinyproxy 7 tinyproxy -d -c /t6/tp.conf; sleep 1; w tinyproxy 2 tinyproxy -d -c /t6/tp.conf; for u in http://a.invalid/ http://127.0.0.1:1/ http://ads.invalid/ https://127.0.0.1:22/; do curl -s -m 3 -U a:b -x http://127.0.0.1:28888 $u >/dev/null;  curl -s -m 3 -x http://127.0.0.1:28888 $u >/dev/null; done; raw 28888 'garbage\r\n\r\n'; raw 28888 ''; raw 28888 'GET foo HTTP/1.1\r\n\r\n'; raw 28888 'CONNECT x:1 HTTP/1.1\r\nProxy-Authorization: Basic YTpi\r\n\r\n'; for i in 1 2 3 4; do (sleep 2 | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/28888' &) ; done; sleep 2; for c in 'Bogus 1' 'Port abc' 'User nosuch' 'Listen 10.99.99.99' 'StatFile "/none"' 'PidFile "/none/x"' 'Allow foo' 'Filter "/none"' 'LogFile "/none/x"' 'ErrorFile 404 "/none"' 'Upstream foo bar'; do (sed 's/28888/28889/;/Filter/d' /t6/tp.conf; echo "$c") >/t6/tp2.conf; w tinyproxy 1 tinyproxy -d -c /t6/tp2.conf; done
# monit
cat >/t6/monitrc <<X
set daemon 1
set idfile /t6/mid
set statefile /t6/mst
set pidfile /t6/mpid
set httpd port 22812 and use address 127.0.0.1 allow a:b
set mailserver 127.0.0.1 port 1
set alert a@b.invalid
check process p with pidfile /none
 start program "/bin/false"
check file f path /none
check file g path /t6/gfile if size > 1 b then alert if checksum changed then alert if permission 0600 then alert else alert
check host h with address 127.0.0.1 if failed port 2 protocol http then alert
check host h2 with address nosuch.invalid if failed port 80 then alert
check filesystem fs path / if space usage > 1% then alert
check directory d path /t6/ddir
check program pr with path "/bin/false" if status != 0 then alert
check system s if loadavg (1min) > 0.01 then alert if memory usage > 1% then alert if cpu > 1% then alert
check file lg path /t6/gfile if match "zz" then alert
check network n interface lo if saturation > 1% then alert
check network n2 interface nope0
X
echo aaa >/t6/gfile; mkdir /t6/ddir; chmod 600 /t6/monitrc; r monit 9 monit -I -c /t6/monitrc; sleep 3; echo zz >>/t6/gfile; chmod 644 /t6/gfile; rmdir /t6/ddir; curl -s 127.0.0.1:22812 >/dev/null; curl -s -u x:y 127.0.0.1:22812 >/dev/null; curl -s -u a:b 127.0.0.1:22812/zz >/dev/null; monit -c /t6/monitrc status >/dev/null; monit -c /t6/monitrc reload >/dev/null; sleep 3; rm /t6/gfile; sleep 4; chmod 644 /t6/monitrc; w monit 1 monit -I -c /t6/monitrc; chmod 600 /t6/monitrc; for c in 'bogus' 'check foo x' 'check process p with pidfile /x' 'include /none/*' 'check file q path relative' 'set httpd port 99999' 'check host z with address x if failed port 99999 then alert' 'set logfile /none/x' 'check file zz path /none if size > then alert' 'check file y path / start program "/none"'; do (cat /t6/monitrc; echo "$c") >/t6/m2; chmod 600 /t6/m2; w monit 2 monit -I -c /t6/m2; done
# coturn
r coturn 5 turnserver -n -v --listening-ip 127.0.0.1 --listening-port 23478 --log-file stdout --no-cli --lt-cred-mech --user a:b --realm r --cert /none --pkey /none --max-bps 10; sleep 1; w coturn 2 turnserver -n -v --listening-ip 127.0.0.1 --listening-port 23478 --log-file stdout; printf '\0\3\0\0\x21\x12\xa4\x42aaaaaaaaaaaa' >/dev/udp/127.0.0.1/23478; printf '\0\1\0\0\x21\x12\xa4\x42aaaaaaaaaaaa' >/dev/udp/127.0.0.1/23478; echo garbage>/dev/udp/127.0.0.1/23478; raw 23478 'GET / HTTP/1.1\r\n\r\n'; for a in "--listening-ip 10.99.99.99" "--userdb /none/x" "--external-ip foo" "--relay-ip zz" "--bogus" "-c /none" "--no-auth --lt-cred-mech" "--tls-listening-port 99999" "--redis-userdb=x" "--psql-userdb=host=127.0.0.1" "--min-port 9 --max-port 1" "--allowed-peer-ip foo" "--denied-peer-ip 1-2-3" "--pidfile /none/x" "--proc-user nosuch" "--cipher-list FOO --cert /t6/cert.pem --pkey /t6/key.pem"; do w coturn 1.5 turnserver -n -v --listening-ip 127.0.0.1 --listening-port 23479 --log-file stdout --no-cli $a; done
# icinga2
mkdir -p /t6/ic /run/icinga2 /var/lib/icinga2 /var/log/icinga2 /var/spool/icinga2 /var/cache/icinga2; chown -R nagios /run/icinga2 /var/lib/icinga2 /var/log/icinga2 /var/spool/icinga2 /var/cache/icinga2 2>/dev/null; cat >/t6/ic.conf <<X
include <itl>
object CheckerComponent "c" {}
object NotificationComponent "n" {}
object CheckCommand "bad" { command = ["/none"] }
object CheckCommand "slow" { command = ["/bin/sleep","5"]; timeout = 1 }
object CheckCommand "ok" { command = ["/bin/true"] }
object CheckCommand "crit" { command = ["/bin/sh","-c","exit 2"] }
object NotificationCommand "nc" { command = ["/bin/false"] }
object Host "h" { check_command="ok"; check_interval=1; retry_interval=1 }
object Service "s1" { host_name="h"; check_command="bad"; check_interval=1; retry_interval=1; max_check_attempts=1 }
object Service "s2" { host_name="h"; check_command="slow"; check_interval=1; retry_interval=1; max_check_attempts=1 }
object Service "s3" { host_name="h"; check_command="crit"; check_interval=1; retry_interval=1; max_check_attempts=1 }
object User "u" { }
object Notification "nn" { host_name="h"; service_name="s3"; command="nc"; users=["u"] }
object IcingaApplication "app" {}
object PerfdataWriter "p" { host_perfdata_path="/none/x" }
object GraphiteWriter "g" { host="127.0.0.1"; port="1" }
X
w icinga2 9 icinga2 daemon -c /t6/ic.conf -x debug; for c in 'bogus(' 'object Host "h2" { check_command="nope" }' 'object Foo "x" {}' 'include "/none.conf"' 'object Host "h" {}' 'apply Service "z" { check_command="ok"; assign where true; foo=1 }' 'object ApiListener "api" {}' 'object Host "q" { address = 1 + {} }' 'object Service "a" { host_name="nope"; check_command="ok" }' 'var x = y.z.w' 'object Dependency "d" {}' 'object FileLogger "f" { path="/none/x" }' 'object Zone "z" { parent="q" }'; do (cat /t6/ic.conf; echo "$c") >/t6/ic2.conf; w icinga2 2 icinga2 daemon -C -c /t6/ic2.conf; done
# kamailio / ejabberd / clamd / collectd / openvpn / radicale / mpd / minidlna / varnish / kresd
printf 'debug=3\nlog_stderror=yes\nfork=no\nlisten=udp:127.0.0.1:25060\nmpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"\nloadmodule "sl.so"\nloadmodule "tm.so"\nloadmodule "xlog.so"\nloadmodule "pv.so"\nloadmodule "maxfwd.so"\nloadmodule "textops.so"\nrequest_route { xlog("L_INFO","incoming $rm\\n"); if(!mf_process_maxfwd_header("10")) { sl_send_reply("483","x"); exit; } if (is_method("REGISTER")) { xlog("L_WARN","registrar disabled\\n"); } t_relay(); }\n' >/t6/kam.cfg; r kamailio 6 kamailio -DD -E -f /t6/kam.cfg -Y /t6; sleep 2; w kamailio 2 kamailio -DD -E -f /t6/kam.cfg -Y /t6; for m in 'garbage' 'INVITE sip:a@nosuch.invalid SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n' 'REGISTER sip:x SIP/2.0\r\nVia: bad\r\n\r\n' 'OPTIONS sip:127.0.0.1:1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKb\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 2\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 0\r\n\r\n' 'OPTIONS sip:a SIP/3.0\r\n\r\n' 'REGISTER sip:127.0.0.1:1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKc\r\nFrom: <sip:a@b;tag=1\r\nTo: c\r\nCall-ID: 3\r\nCSeq: x FOO\r\n\r\n'; do printf "$m" >/dev/udp/127.0.0.1/25060; sleep .3; done; for c in 'bogus=1' 'loadmodule "none.so"' 'route { nofunc(); }' 'listen=udp:10.99.99.99:1' 'modparam("tm","zz",1)' 'children=abc' 'loadmodule "registrar.so"' 'listen=udp:nosuch.invalid:5060' 'tcp_children=0 x' 'loadmodule "db_text.so"
loadmodule "auth_db.so"' 'request_route { if (1 { }' 'shm_mem_size=99999999'; do (cat /t6/kam.cfg; echo "$c") >/t6/k2.cfg; w kamailio 2 kamailio -DD -E -f /t6/k2.cfg -Y /t6; done
printf 'LogFile /dev/stdout\n' >/dev/null; printf 'Foreground yes\nLocalSocket /t6/clam.sock\nDatabaseDirectory /t6/clamdb\nTCPSocket 23310\nTCPAddr 127.0.0.1\nLogVerbose yes\nMaxScanSize 1\n' >/t6/clamd.conf; w clamd 2 clamd -c /t6/clamd.conf; mkdir -p /t6/clamdb; w clamd 2 clamd -c /t6/clamd.conf; echo garbage >/t6/clamdb/a.cvd; w clamd 2 clamd -c /t6/clamd.conf; rm /t6/clamdb/*; echo '44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test' >/t6/clamdb/a.hdb; chmod -R 777 /t6/clamdb; r clamd 6 clamd -c /t6/clamd.conf; sleep 2; w clamd 2 clamd -c /t6/clamd.conf; for x in 'zSCAN /none\0' 'garbage\n' 'zSCAN /etc/passwd\0' 'zVERSION\0' 'zRELOAD\0' 'zMULTISCAN /etc/init.d\0' 'zINSTREAM\0\xff\xff\xff\xff' 'zSHUTDOWN\0'; do raw 23310 "$x"; done
printf 'Interval 1\nPIDFile "/t6/c.pid"\nBaseDir "/t6"\nLoadPlugin logfile\n<Plugin logfile>\nFile "stdout"\nLogLevel "debug"\nPrintSeverity true\n</Plugin>\nLoadPlugin cpu\nLoadPlugin memory\nLoadPlugin nosuchplugin\nLoadPlugin exec\n<Plugin exec>\nExec "nosuch" "/none"\nExec "nobody" "/bin/false"\n</Plugin>\nLoadPlugin network\n<Plugin network>\nServer "127.0.0.1" "1"\nBogus 1\n</Plugin>\nLoadPlugin memcached\n<Plugin memcached>\n<Instance a>\nHost "127.0.0.1"\nPort "1"\n</Instance>\n</Plugin>\nLoadPlugin write_graphite\n<Plugin write_graphite>\n<Node a>\nHost "127.0.0.1"\nPort "2"\n</Node>\n</Plugin>\nLoadPlugin csv\n<Plugin csv>\nDataDir "/none/x"\n</Plugin>\nLoadPlugin tail\n<Plugin tail>\n<File "/none">\nInstance x\n</File>\n</Plugin>\nLoadPlugin df\nLoadPlugin filecount\nLoadPlugin dns\nLoadPlugin apache\n<Plugin apache>\n<Instance a>\nURL "http://127.0.0.1:3/"\n</Instance>\n</Plugin>\nLoadPlugin redis\nLoadPlugin threshold\n<Plugin threshold>\n<Type memory>\nFailureMax 1\n</Type>\n</Plugin>\nBogusGlobal 1\n' >/t6/col.conf; w collectd 6 collectd -f -C /t6/col.conf
for a in "--bogus" "--config /none" "--dev tun --remote 127.0.0.1 1 --client --ca /none" "--dev tun --ifconfig 10.1.1.1 10.1.1.2 --secret /none" "--dev null --tls-client --ca /t6/cert.pem --cert /t6/cert.pem --key /t6/key.pem --remote 127.0.0.1 1 --connect-retry-max 1 --verb 4 --connect-timeout 1 --proto tcp-client" "--dev null --tls-server --dh none --ca /t6/cert.pem --cert /t6/cert.pem --key /t6/key.pem --local 127.0.0.1 --port 21194 --verb 5 --comp-lzo --keysize 128" "--dev null --cipher BF-CBC --tls-server" ; do w openvpn 2 openvpn $a; done
printf '[server]\nhosts=127.0.0.1:25232\n[auth]\ntype=htpasswd\nhtpasswd_filename=/t6/rht\nhtpasswd_encryption=plain\n[storage]\nfilesystem_folder=/t6/rad\n[logging]\nlevel=debug\n' >/t6/rad.conf; r radicale 7 radicale -C /t6/rad.conf; sleep 2; w radicale 2 radicale -C /t6/rad.conf; for u in / /.web/ /a/ /../x; do curl -s -u a:b 127.0.0.1:25232$u >/dev/null; done; printf 'a:b\nbad\n' >/t6/rht; curl -s -u a:b 127.0.0.1:25232/a/ >/dev/null; curl -s -u a:bad -XPROPFIND 127.0.0.1:25232/a/ >/dev/null; printf 'a:b\n' >/t6/rht; curl -s -u a:b -XPROPFIND 127.0.0.1:25232/a/ >/dev/null; curl -s -u a:b -XMKCALENDAR 127.0.0.1:25232/a/c/ >/dev/null; curl -s -u a:b -XPUT -d 'garbage' 127.0.0.1:25232/a/c/x.ics >/dev/null; curl -s -u a:b -XPROPFIND -d '<bad' 127.0.0.1:25232/a/ >/dev/null; curl -s -u a:b -XREPORT -d '<a/>' 127.0.0.1:25232/a/c/ >/dev/null; curl -s -u a:b -XMKCALENDAR 127.0.0.1:25232/a/c/ >/dev/null; curl -s -u a:b -XFOO 127.0.0.1:25232/a/ >/dev/null; chmod 000 /t6/rad/collection-root/a/c; curl -s -u a:b -XDELETE 127.0.0.1:25232/a/zz/ >/dev/null; for c in '[bogus]' '[server]
hosts=x' '[auth]
type=nope' '[storage]
type=zz' '[rights]
type=from_file
file=/none' '[encoding]
request=foo' '[server]
ssl=True
certificate=/none'; do printf "$c\n" >/t6/r2.conf; w radicale 2 radicale -C /t6/r2.conf; done
printf 'music_directory "/none"\ndb_file "/none/db"\nlog_file "/dev/stdout"\nbind_to_address "127.0.0.1"\nport "26600"\nlog_level "verbose"\naudio_output {\ntype "alsa"\nname "x"\n}\n' >/t6/mpd.conf; w mpd 3 mpd --no-daemon --stderr --verbose /t6/mpd.conf
printf 'port=28200\nnetwork_interface=lo\nmedia_dir=/none\ndb_dir=/t6/dlna\nlog_dir=/t6\nlog_level=general,artwork,database,inotify,scanner,metadata,http,ssdp,tivo=debug\nbogus=1\n' >/t6/dlna.conf; w minidlna 3 minidlnad -d -f /t6/dlna.conf -P /t6/dl.pid
# ejabberd
mkdir -p /t6/ej; cat >/t6/ej/ejabberd.yml <<X
hosts: [localhost]
loglevel: debug
listen:
  - {port: 25224, ip: "127.0.0.1", module: ejabberd_c2s, access: c2s}
  - {port: 25290, ip: "127.0.0.1", module: ejabberd_http, request_handlers: {/api: mod_http_api}}
acl: {local: {user_regexp: ""}}
access_rules: {c2s: [{allow: all}]}
modules: {mod_roster: {}, mod_disco: {}, mod_ping: {}, mod_offline: {}}
auth_method: internal
X
chmod -R 777 /t6/ej; for n in 1 2; do w ejabberd 11 su ejabberd -s /bin/sh -c "cd /t6/ej; EJABBERD_CONFIG_PATH=/t6/ej/ejabberd.yml LOGS_DIR=/t6/ej SPOOL_DIR=/t6/ej/db ERL_EPMD_PORT=24370 ejabberdctl --config-dir /t6/ej --logs /t6/ej --spool /t6/ej/db --node e@localhost foreground" & sleep 7; for x in 'garbage' "$ST" "$ST<auth xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\" mechanism=\"PLAIN\">AGEAYg==</auth>" "$ST<bad" '<?xml version="1.0"?><stream:stream to="nope" xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">'; do raw 25224 "$x"; done; curl -s 127.0.0.1:25290/api/foo >/dev/null; wait %% ; echo 'bogus_opt: 1' >>/t6/ej/ejabberd.yml; done; cat /t6/ej/ejabberd.log >>/rec/ejabberd.log
# varnish
printf 'vcl 4.0; backend a { .host="127.0.0.1"; .port="1"; .probe={.interval=1s;} }' >/t6/a.vcl; w varnish 3 varnishd -F -f /t6/a.vcl -a 127.0.0.1:26081 -n /t6/v -d; printf 'vcl 4.0; backend a { .host="nosuch.invalid"; } sub x { foo; }' >/t6/b.vcl; w varnish 2 varnishd -F -f /t6/b.vcl -a 127.0.0.1:26081 -n /t6/v; w varnish 2 varnishd -F -f /none -n /t6/v; w varnish 2 varnishd -F -b foo -p bogus=1 -n /t6/v
# cups
mkdir -p /t6/cups; printf 'Listen 127.0.0.1:26310\nLogLevel debug\nBogus 1\nAccessLog /t6/cups/a\n<Location /x>\nFoo\n</Location>\n' >/t6/cups/cupsd.conf; printf 'ErrorLog stderr\nServerRoot /t6/cups\nStateDir /t6/cups\nCacheDir /none\nSystemGroup nosuch\nFoo x\n' >/t6/cups/cups-files.conf; r cups 5 cupsd -f -c /t6/cups/cupsd.conf -s /t6/cups/cups-files.conf; sleep 2; curl -s 127.0.0.1:26310/zz >/dev/null; curl -s 127.0.0.1:26310/admin/conf/x -X PUT >/dev/null; raw 26310 'garbage\r\n\r\n'; sleep 2; cat /var/log/cups/error_log >>/rec/cups.log 2>/dev/null
# knot again, freeradius -X
sed -i 's#user: root:root##' /t3/knot.conf; sed -i '/bogus/d' /t3/knot.conf; r knot 8 knotd -v -c /t3/knot.conf; sleep 2; for x in "zone-reload b.test" "zone-sign a.test" "zone-refresh c.test" "zone-flush" "zone-freeze f.test" "zone-thaw f.test" "zone-key-rollover f.test zsk" "zone-retransfer c.test" "reload" "zone-begin a.test" "zone-abort a.test" "zone-purge c.test"; do knotc -c /t3/knot.conf $x >/dev/null 2>&1; done; sleep 4
r freeradius 7 freeradius -f -l stdout -xx; sleep 3; for i in 1 2 3; do echo "User-Name=bob,User-Password=x" | timeout 2 radclient -r 1 127.0.0.1 auth testing123 >/dev/null 2>&1; echo "User-Name=bob,User-Password=x" | timeout 2 radclient -r 1 127.0.0.1 auth wrong >/dev/null 2>&1; done
