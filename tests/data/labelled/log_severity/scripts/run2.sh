export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
cd /tmp; mkdir -p /rec /t /run/mysqld /run/named /run/nginx /run/apache2 /run/haproxy /run/dovecot /run/sshd; chmod 1777 /t /rec
r(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1 & }
w(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout /t/key.pem -out /t/cert.pem -days 2 -subj /CN=localhost 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout /t/key2.pem -out /t/cert2.pem -days 2 -subj /CN=other 2>/dev/null
# ---- mariadb
rm -rf /t/my; mkdir /t/my; chown mysql /t/my; mysql_install_db --user=mysql --datadir=/t/my >/dev/null 2>&1
M="mariadbd --no-defaults --user=mysql --datadir=/t/my --port=23306 --bind-address=127.0.0.1 --socket=/t/my.sock --pid-file=/t/my/x.pid --log-warnings=9 --skip-name-resolve"
r mariadb 30 $M --max-connections=5 --max-allowed-packet=1024 --wait-timeout=2 --innodb-print-all-deadlocks=1 --log-bin=/t/my/bin --binlog-format=STATEMENT --server-id=1 --innodb-lock-wait-timeout=1; sleep 4
w mariadb 5 $M
S="mariadb -S /t/my.sock -uroot"
$S -e "create database d; use d; create table t(a int primary key,b text); insert into t values(1,'x'),(2,'y'); create table m(a int) engine=myisam; insert into m values (1),(2); insert into t select a+10,uuid() from t limit 1; set global max_connections=100000; create user x@'%' identified by 'y'; select 1/0; change master to master_host='127.0.0.1',master_port=1,master_user='x',master_password='z'; start slave;" >/dev/null 2>&1
mariadb -h127.0.0.1 -P23306 -unobody -pbad >/dev/null 2>&1; mariadb -h127.0.0.1 -P23306 -ux -py nodb >/dev/null 2>&1
(echo hi; sleep 1) | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/23306'
($S d -e "begin; update t set b='a' where a=1; select sleep(1); update t set b='a' where a=2;" >/dev/null 2>&1 &); $S d -e "begin; update t set b='a' where a=2; select sleep(1); update t set b='a' where a=1;" >/dev/null 2>&1
($S -e "select sleep(9)" >/dev/null 2>&1 & echo $! >/t/c.pid); sleep 0.3; kill -9 $(cat /t/c.pid); (sleep 4 | $S >/dev/null 2>&1 &) ; sleep 3; $S -e "stop slave; flush tables; flush logs; set global innodb_buffer_pool_size=1" >/dev/null 2>&1
dd if=/dev/urandom of=/t/my/d/m.MYI bs=512 count=1 conv=notrunc 2>/dev/null; $S d -e "flush tables; select * from m; check table m; repair table m" >/dev/null 2>&1; rm -f /t/my/d/t.ibd;  $S d -e "flush tables; select * from t" >/dev/null 2>&1
kill -9 $(cat /t/my/x.pid); sleep 1; w mariadb 6 $M --innodb-buffer-pool-size=1M --query-cache-size=99999 --max-connections=9999999 --table-open-cache=99999999
w mariadb 3 $M --bogus-option; w mariadb 3 $M --innodb-data-file-path=ibdata1:1G; w mariadb 4 $M --datadir=/nonexistent; chmod 000 /t/my/ibdata1; w mariadb 4 $M --ssl-cert=/none --ssl-key=/none; chmod 660 /t/my/ibdata1; dd if=/dev/zero of=/t/my/ib_logfile0 bs=1k count=10 conv=notrunc 2>/dev/null; w mariadb 6 $M; rm -rf /t/my/mysql/user.*; w mariadb 5 $M
# ---- nginx
mkdir -p /t/ng /t/www; echo hi >/t/www/i.html; chmod 000 /t/www/i.html; mkdir -p /t/www/d; echo ok >/t/www/ok.html
cat > /t/nginx.conf <<X
daemon off; pid /t/ng/pid; error_log stderr debug; worker_processes 2; user www-data;
events { worker_connections 20; }
http { access_log off; client_body_temp_path /t/ng/b; limit_req_zone \$binary_remote_addr zone=z:1m rate=1r/s; limit_conn_zone \$binary_remote_addr zone=c:1m; client_max_body_size 10; large_client_header_buffers 1 512; client_header_buffer_size 512;
upstream dead { server 127.0.0.1:1; server 127.0.0.1:2; }
server { listen 127.0.0.1:28080; root /t/www; 
 location /p { proxy_pass http://dead; } location /slow { proxy_read_timeout 1s; proxy_pass http://127.0.0.1:28099; } location /bad { proxy_pass http://127.0.0.1:28098; } location /f { fastcgi_pass unix:/none.sock; } location /rl { limit_req zone=z burst=1; try_files /ok.html =404; } location /loop { rewrite ^ /loop last; } location /deny { deny all; } location /auth { auth_basic x; auth_basic_user_file /t/none; } location /auth2 { auth_basic x; auth_basic_user_file /t/ht; } location /v { proxy_pass http://\$arg_x; } }
server { listen 127.0.0.1:28443 ssl; ssl_certificate /t/cert.pem; ssl_certificate_key /t/key.pem; } }
X
echo 'u:$apr1$x$y' > /t/ht
(timeout 25 python3 -c "
import socket,threading,time
def f(p,b):
    s=socket.socket(); s.setsockopt(1,2,1); s.bind(('127.0.0.1',p)); s.listen(9)
    while 1:
        c,_=s.accept(); c.recv(999)
        if b: c.send(b); c.close()
threading.Thread(target=f,args=(28099,b''),daemon=True).start(); f(28098,b'garbage\r\n\r\n')" &)
r nginx 22 nginx -c /t/nginx.conf; sleep 1.5; w nginx 3 nginx -c /t/nginx.conf
for u in i.html none d/ p slow bad f rl rl rl rl loop deny auth v?x=nosuch.invalid ok.html '%zz' a%00b ../../etc; do curl -s -m 4 --path-as-is "http://127.0.0.1:28080/$u" >/dev/null; done
curl -s -u u:bad http://127.0.0.1:28080/auth2 >/dev/null;curl -s -u zz:bad http://127.0.0.1:28080/auth2 >/dev/null; curl -s -d "$(head -c 100 /dev/zero | tr '\0' a)" http://127.0.0.1:28080/ok.html >/dev/null; curl -s -H "X: $(head -c 3000 /dev/zero | tr '\0' a)" http://127.0.0.1:28080/ >/dev/null; curl -s http://127.0.0.1:28080/$(head -c 2000 /dev/zero | tr '\0' a) >/dev/null
for x in 'FOO' 'GET' 'GET / HTTP/9.9' 'GET / HTTP/1.1' 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1' 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: foo' 'GET / HTTP/1.1\r\nHost: a b\r\n' 'GET / HTTP/1.1\r\n: x\r\nHost' ; do printf "$x\r\n\r\n" | timeout 1 bash -c 'cat >/dev/tcp/127.0.0.1/28080'; done
curl -s https://127.0.0.1:28443/ >/dev/null; curl -s -k https://127.0.0.1:28443/ >/dev/null; curl -s http://127.0.0.1:28443/ >/dev/null; echo xx | timeout 1 bash -c 'cat >/dev/tcp/127.0.0.1/28443'; openssl s_client -connect 127.0.0.1:28443 -tls1_1 </dev/null >/dev/null 2>&1
for i in $(seq 30); do (sleep 2 | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/28080' &) ; done; sleep 1; kill -HUP $(cat /t/ng/pid); sleep 1; kill -USR1 $(cat /t/ng/pid); kill -9 $(pgrep -P $(cat /t/ng/pid) | head -1); sleep 1; kill -QUIT $(cat /t/ng/pid); sleep 1
n=0; for c in 'bogus on;' 'http { server { listen 99999; } }' 'http { server { listen 127.0.0.1:28444 ssl; ssl_certificate /none; ssl_certificate_key /none; } } events{}' 'events { worker_connections 99999999; } http { server { listen 127.0.0.1:28081; server_name a a; } server { listen 127.0.0.1:28081; server_name a; } }' 'events{} http { include /none/*.conf; include /none; }' 'events{} user nosuch;' 'events{} http { proxy_pass x; }' 'events{' 'events{} http { upstream x { } server { location / { proxy_pass http://y.invalid; } } }' 'events{} http{ server{ listen 1.2.3.4:80; } }' 'events{} http{ types_hash_max_size 32; server{ root a; root b; location ~ ( {} } }' 'events{} load_module /none.so;' 'events{} http{ gzip maybe; }' 'events{} http{ server { listen 127.0.0.1:28445 ssl; ssl_certificate /t/cert.pem; ssl_certificate_key /t/key2.pem; } }' 'events{} http{ server{ listen 127.0.0.1:28446 default_server; } server { listen 127.0.0.1:28446 default_server; } }' 'events{} http{ map_hash_bucket_size 1; limit_req zone=nope; server{ location /a {} location /a {} } }' 'events{} http{ server{ location /x { return 999; } if (-f ) {} } }' 'events{} http { ssl_protocols SSLv3 Foo; }' 'events{} http { set $x 1; server { set $1 a; } }'; do echo "daemon off; pid /t/ng/p2; error_log stderr info; $c" > /t/n2.conf; w nginx 1 nginx -c /t/n2.conf; done
# ---- apache
A="apache2 -d /t/ap -f /t/ap/a.conf -DFOREGROUND"; mkdir -p /t/ap/logs
cat > /t/ap/a.conf <<X
ServerName localhost
Listen 127.0.0.1:28180
Listen 127.0.0.1:28181
PidFile /t/ap/pid
Mutex default:/t/ap
ErrorLog /rec/apache.log
LogLevel info
User www-data
Group www-data
DocumentRoot /t/www
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule authz_host_module /usr/lib/apache2/modules/mod_authz_host.so
LoadModule authn_core_module /usr/lib/apache2/modules/mod_authn_core.so
LoadModule authn_file_module /usr/lib/apache2/modules/mod_authn_file.so
LoadModule authz_user_module /usr/lib/apache2/modules/mod_authz_user.so
LoadModule auth_basic_module /usr/lib/apache2/modules/mod_auth_basic.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule autoindex_module /usr/lib/apache2/modules/mod_autoindex.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
LoadModule cgi_module /usr/lib/apache2/modules/mod_cgi.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so
LoadModule reqtimeout_module /usr/lib/apache2/modules/mod_reqtimeout.so
LoadModule status_module /usr/lib/apache2/modules/mod_status.so
LoadModule include_module /usr/lib/apache2/modules/mod_include.so
LoadModule negotiation_module /usr/lib/apache2/modules/mod_negotiation.so
MaxRequestWorkers 3
StartServers 1
LimitRequestBody 50
LimitRequestFields 10
ScriptAlias /cgi/ /t/cgi/
ProxyPass /dead http://127.0.0.1:1/
ProxyPass /bad http://127.0.0.1:28098/
ProxyTimeout 2
RewriteEngine on
RewriteRule ^/loop(.*) /loop\$1
RequestReadTimeout header=1 body=1
<Directory /t/www>
 Require all granted
 AllowOverride All
 Options +Indexes
</Directory>
<Directory /t/cgi>
 Require all granted
</Directory>
<Location /deny>
 Require all denied
</Location>
<Location /auth>
 AuthType Basic
 AuthName x
 AuthUserFile /t/ht
 Require valid-user
</Location>
<Location /auth2>
 AuthType Basic
 AuthName x
 AuthUserFile /t/none
 Require valid-user
</Location>
<VirtualHost 127.0.0.1:28181>
 SSLEngine on
 SSLCertificateFile /t/cert2.pem
 SSLCertificateKeyFile /t/key2.pem
</VirtualHost>
X
mkdir -p /t/cgi /t/www/ht; echo 'Bogus directive' > /t/www/ht/.htaccess; printf '#!/bin/sh\nexit 1\n' >/t/cgi/a; printf '#!/bin/sh\necho oops >&2; echo garbage\n' >/t/cgi/b;  printf '#!/nonexistent\n' >/t/cgi/c; printf '#!/bin/sh\nsleep 5' >/t/cgi/d; echo x>/t/cgi/e; chmod 755 /t/cgi/[abcd]
r apache 25 $A; sleep 1.5; w apache 3 $A
for u in i.html none d/ dead bad cgi/a cgi/b cgi/c cgi/e cgi/none deny auth loop ht/ '%2e%2e/x' 'a%00b' '%zz'; do curl -s -m 4 --path-as-is "http://127.0.0.1:28180/$u" >/dev/null; done
curl -s -u u:bad http://127.0.0.1:28180/auth >/dev/null; curl -s -u z:bad http://127.0.0.1:28180/auth >/dev/null; curl -s -u z:bad http://127.0.0.1:28180/auth2 >/dev/null; curl -s -d "$(head -c 100 /dev/zero | tr '\0' a)" http://127.0.0.1:28180/cgi/a >/dev/null; curl -s -H "X: $(head -c 9000 /dev/zero | tr '\0' a)" http://127.0.0.1:28180/ >/dev/null; curl -s http://127.0.0.1:28180/$(head -c 9000 /dev/zero | tr '\0' a) >/dev/null
H=""; for i in $(seq 15); do H="$H -H A$i:1"; done; curl -s $H http://127.0.0.1:28180/ok.html > /dev/null
for x in 'FOO' 'GET' 'GET / HTTP/9.9' 'GET / HTTP/1.1' 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1' 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: foo' 'GET / HTTP/1.1\r\nHost: a b\r\n' 'GET / HTTP/1.1\r\n: x\r\nHost' ; do printf "$x\r\n\r\n" | timeout 1 bash -c 'cat >/dev/tcp/127.0.0.1/28180'; done
curl -s -k https://127.0.0.1:28181/ >/dev/null; curl -s https://127.0.0.1:28181/ >/dev/null; curl -s http://127.0.0.1:28181/ >/dev/null; curl -sk -H 'Host: foo' https://127.0.0.1:28181/ >/dev/null; openssl s_client -connect 127.0.0.1:28181 -tls1_1 </dev/null >/dev/null 2>&1
for i in 1 2 3 4 5 6; do (sleep 3 | timeout 3 bash -c 'cat >/dev/tcp/127.0.0.1/28180' &) ; done; sleep 4; kill -USR1 $(cat /t/ap/pid); sleep 1; kill -9 $(pgrep -P $(cat /t/ap/pid) | head -1); sleep 1; kill -TERM $(cat /t/ap/pid); sleep 1
for c in 'Bogus x' 'LoadModule x /none.so' 'User nosuch' 'SSLEngine on' 'Listen 99999' 'ErrorLog /none/x' 'DocumentRoot /none' '<VirtualHost *:80>' 'Include /none/*.x' 'MaxRequestWorkers 99999'; do (cat /t/ap/a.conf; echo "$c") >/t/ap/b.conf; w apache 2 apache2 -d /t/ap -f /t/ap/b.conf -DFOREGROUND; done
# ---- haproxy
cat > /t/ha.cfg <<X
global
  log stdout format raw daemon
  maxconn 50
defaults
  mode http
  log global
  timeout connect 300ms
  timeout client 1s
  timeout server 1s
frontend f
  bind 127.0.0.1:28280
  default_backend b
  use_backend none2 if { path /x }
  tcp-request connection reject if { src 9.9.9.9 }
  tcp-request inspect-delay 1s
  http-request deny if { path /x }
  reqrep a b
backend b
  balance bogus
  server a 127.0.0.1:1 check inter 300 fall 1
  server a 127.0.0.1:2 check
backend unused
backend none2
  server z nosuch.invalid:80 check
frontend g
  mode tcp
  default_backend b
X
w haproxy 2 haproxy -f /t/ha.cfg; sed -i '/reqrep/d' /t/ha.cfg; w haproxy 2 haproxy -f /t/ha.cfg; sed -i '/balance/d;s/server a 127.0.0.1:2/server b 127.0.0.1:2/' /t/ha.cfg; w haproxy 2 haproxy -f /t/ha.cfg; sed -i 's/nosuch.invalid:80 check/nosuch.invalid:80 init-addr none check/' /t/ha.cfg;  sed -i '/frontend g/,$d' /t/ha.cfg; w haproxy 3 haproxy -f /t/ha.cfg
for c in 'maxconn abc' 'timeout client' 'bind 127.0.0.1:443 ssl crt /none' 'foo bar' 'acl x bogus y' 'errorfile 503 /none' 'option forwardfoo' 'server q 127.0.0.1:99999' 'stats socket /none/x' 'capture foo' 'rspadd x' 'cookie' 'http-request foo' 'timeout http-request 99999999999' 'stick-table type foo' 'option httpchk
  http-check send foo' 'log 127.0.0.1:99999 local0' 'log-format %[foo]' 'redirect bar' 'default_backend zzz'; do (sed '/^backend unused/,$d' /t/ha.cfg; echo; echo "frontend q"; echo "  bind 127.0.0.1:28281"; echo "  $c") >/t/hb.cfg; w haproxy 1 haproxy -c -f /t/hb.cfg;  done
(timeout 6 haproxy -f /t/ha.cfg >>/rec/haproxy.log 2>&1 &) ; sleep 1; timeout 2 haproxy -f /t/ha.cfg >>/rec/haproxy.log 2>&1; curl -s http://127.0.0.1:28280/ >/dev/null; sleep 2
