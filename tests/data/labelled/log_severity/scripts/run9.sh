export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root; cd /tmp; mkdir -p /rec /t9 /run/powerdns; chmod 777 /t9
raw(){ (printf "$2"; sleep 0.5) | timeout 1 bash -c "cat >/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
# ngircd
cat >/t9/ng.conf <<X
[Global]
Name = irc.local
Listen = 127.0.0.1
Ports = 26667
MotdFile = /none
ServerGID = 65534
ServerUID = 65534
[Limits]
MaxConnections = 3
MaxConnectionsIP = 2
PingTimeout = 2
PongTimeout = 2
ConnectRetry = 5
[Options]
DNS = no
Ident = no
PAM = no
ChrootDir =
[Operator]
Name = o
Password = p
[Server]
Name = other.local
Host = 127.0.0.1
Port = 1
MyPassword = a
PeerPassword = b
Bogus = 1
[Channel]
Name = bad name
[SSL]
CertFile = /none
X
(timeout 14 ngircd -f /t9/ng.conf -n >>/rec/ngircd.out 2>&1 &) ; (timeout 14 ngircd -f /t9/ng.conf >>/rec/ngircd.out 2>&1 &); sleep 2; for x in 'garbage\r\n' 'NICK a\r\nUSER a a a a\r\nJOIN #x\r\nOPER o bad\r\nOPER o p\r\nCONNECT other.local\r\nSQUIT zz\r\nKILL zz :x\r\nDIE now\r\n' 'PASS x\r\nSERVER other.local 1 :x\r\n' 'NICK a!b\r\nUSER\r\n' 'SERVER bad\r\n'; do raw 26667 "$x"; done; for i in 1 2 3 4 5; do (sleep 2 | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/26667' &) ; done; sleep 5
for c in '[Bogus]' 'Foo = 1' '[Limits]
MaxNickLength = 9999' '[Operator]
Mask = x' '[Global]
Ports = abc' '[Options]
SyslogFacility = zz' '[Global]
ServerUID = nosuch' '[Global]
Listen = 10.99.99.99' '[Channel]
Name = #c
Key = a b
Modes = zz'; do (sed 's/26667/26668/' /t9/ng.conf; echo "$c") >/t9/ng2.conf; timeout 2 ngircd -f /t9/ng2.conf -n >>/rec/ngircd.out 2>&1;  (timeout 2 ngircd -f /t9/ng2.conf >/dev/null 2>&1); done
# pdns
for c in 'launch=bind\nbind-config=/none' 'launch=nope' 'bogus=1' 'launch=bind\nbind-config=/t9/bn.conf\nlocal-address=127.0.0.1\nlocal-port=25361\nwebserver=yes\nwebserver-port=28999\nwebserver-address=127.0.0.1\napi=yes\nmaster=yes\nslave=yes\nslave-cycle-interval=1' 'launch=bind\nbind-config=/t9/bn.conf\nlocal-address=10.99.99.99' 'launch=bind\nsetuid=nosuch' 'launch=bind\nallow-axfr-ips=zz' 'launch=gmysql\ngmysql-host=127.0.0.1'; do mkdir -p /t9/pd; printf "socket-dir=/t9\nloglevel=9\nloglevel-show=yes\ndaemon=no\nguardian=no\ndisable-syslog=no\n$c\n" >/t9/pd/pdns.conf; cp /t3/named/* /t9/ 2>/dev/null; printf 'options { directory "/t9"; };\nzone "a.test" { type master; file "a"; };\nzone "d.test" { type master; file "d"; };\nzone "b.test" { type master; file "none"; };\nzone "c.test" { type slave; file "c"; masters { 127.0.0.1:3; }; };\n' >/t9/bn.conf; (timeout 4 pdns_server --config-dir=/t9/pd </dev/null >>/rec/pdns.log 2>&1 &); sleep 1.5; printf '\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01a\x04test\0\0\xfc\0\x01' >/dev/udp/127.0.0.1/25361; echo garb >/dev/udp/127.0.0.1/25361; printf '\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01d\x04test\0\0\x01\0\x01' >/dev/udp/127.0.0.1/25361; curl -s -m 1 127.0.0.1:28999/api/v1 >/dev/null; sleep 1.5; done
# ntpd
printf 'server 127.0.0.1 iburst\nbogus 1\nserver nosuch.invalid\ndriftfile /none/x\nstatsdir /none/\nkeys /none\nleapfile /none\ntinker panic abc\n' >/t9/ntp.conf; timeout 4 ntpd -n -c /t9/ntp.conf -g -x >>/rec/ntpd.out 2>&1; timeout 2 ntpd -n -c /none >>/rec/ntpd.out 2>&1;  timeout 2 ntpd -n -u nosuch -c /t9/ntp.conf
# postfix
postconf -e inet_interfaces=127.0.0.1 myhostname=mx.local mydestination=localhost,nosuch maillog_file= smtpd_banner=x message_size_limit=1000 mailbox_size_limit=2000 smtpd_error_sleep_time=0 smtpd_soft_error_limit=1 smtpd_hard_error_limit=3 bogus_param=1 alias_maps=hash:/none smtpd_tls_cert_file=/none smtpd_tls_security_level=may default_transport=smtp relayhost=[127.0.0.1]:1 smtpd_timeout=2 content_filter= transport_maps=regexp:/t9/tm smtpd_client_connection_rate_limit=8 2>/dev/null; echo 'bad(' >/t9/tm; sed -i 's/^smtp      inet/127.0.0.1:22525      inet/' /etc/postfix/master.cf; mkdir -p /var/spool/postfix/dev; (timeout 14 postfix start-fg >>/rec/postfix.out 2>&1 &); sleep 3; postfix status >/dev/null 2>&1; postfix start >/dev/null 2>&1
for x in 'garbage\r\nFOO\r\nBAR\r\nBAZ\r\nQUX\r\n' 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' 'EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<root@localhost>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n' 'EHLO x\r\nSTARTTLS\r\nxx' 'HELO\r\nMAIL FROM:bad\r\nRCPT TO:<x@elsewhere.invalid>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<x@elsewhere.invalid>\r\nQUIT\r\n' 'EHLO x\r\nAUTH PLAIN x\r\nMAIL FROM:<a@b> SIZE=99999\r\nVRFY root\r\n'; do raw 22525 "$x"; done; echo test | sendmail nosuchuser@localhost; echo test | sendmail x@elsewhere.invalid; echo test | sendmail -bogus; sleep 3; (sleep 3 | timeout 3 bash -c 'cat >/dev/tcp/127.0.0.1/22525'); chmod 777 /var/spool/postfix/active; postfix check 2>/dev/null; postqueue -f; sleep 2; echo '127.0.0.1:99999 inet n - - - - smtpd bogus' >>/etc/postfix/master.cf; postfix reload 2>/dev/null; sleep 2
# blackbox / pushgateway
printf 'modules: {a: {prober: http, timeout: 1s}, b: {prober: tcp, timeout: 1s}, c: {prober: dns, dns: {query_name: x}}, d: {prober: icmp}, e: {prober: tcp, tcp: {tls: true, query_response: [{expect: "^x"}]}}}\n' >/t9/bb.yml; (timeout 9 prometheus-blackbox-exporter --config.file=/t9/bb.yml --web.listen-address=127.0.0.1:29115 --log.level=debug >>/rec/blackbox-exporter.log 2>&1 &); sleep 1; timeout 1 prometheus-blackbox-exporter --config.file=/t9/bb.yml --web.listen-address=127.0.0.1:29115 >>/rec/blackbox-exporter.log 2>&1; for q in 'module=a&target=127.0.0.1:1' 'module=a&target=nosuch.invalid' 'module=b&target=127.0.0.1:1' 'module=c&target=127.0.0.1:1' 'module=d&target=127.0.0.1' 'module=e&target=127.0.0.1:29115' 'module=zz&target=x' 'module=a&target=http://127.0.0.1:29115/none' 'module=a&target=https://127.0.0.1:29115/' 'module=a'; do curl -s "127.0.0.1:29115/probe?$q" >/dev/null; done; echo 'bad: {' >/t9/bb.yml; curl -s -XPOST 127.0.0.1:29115/-/reload >/dev/null; timeout 1 prometheus-blackbox-exporter --config.file=/t9/bb.yml --web.listen-address=127.0.0.1:29116 >>/rec/blackbox-exporter.log 2>&1
(timeout 6 prometheus-pushgateway --web.listen-address=127.0.0.1:29117 --log.level=debug --persistence.file=/none/x --persistence.interval=1s --web.enable-admin-api >>/rec/pushgateway.log 2>&1 &); sleep 1; for d in 'a 1' 'a{' 'a 1 123' '# TYPE a counter
a 1
a 2'; do printf "$d\n" | curl -s --data-binary @- 127.0.0.1:29117/metrics/job/x >/dev/null; done; curl -s -XPUT -d 'a 1' 127.0.0.1:29117/metrics/job/ >/dev/null; curl -s -XDELETE 127.0.0.1:29117/metrics/job/zz >/dev/null;  printf '# TYPE a gauge\na 1\n' | curl -s --data-binary @- 127.0.0.1:29117/metrics/job/y >/dev/null; sleep 2
