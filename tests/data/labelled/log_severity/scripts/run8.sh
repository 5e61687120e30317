export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root; cd /tmp; mkdir -p /rec
r(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1 & }
w(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1; }
raw(){ (printf "$2"; sleep 0.5) | timeout 1 bash -c "cat >/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
# squid
sed -i '/acl bad/d;s/^acl src1.*/acl src1 src 10.0.0.0\/8/' /t4/squid.conf; : >/t4/cache.log; chmod 777 /t4; chmod 666 /t4/cache.log
r squid 10 squid -N -f /t4/squid.conf -d1; sleep 3; curl -s -m 3 -x http://127.0.0.1:23128 http://a.invalid/ >/dev/null; curl -s -m 3 -x http://127.0.0.1:23128 https://a.invalid/ >/dev/null; raw 23128 'garbage\r\n\r\n'; raw 23128 'GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n'; w squid 2 squid -N -f /t4/squid.conf -d1; echo 'bogus_directive on' >>/t4/squid.conf; kill -HUP $(cat /t4/squid.pid); sleep 3; sed -i '$d' /t4/squid.conf
for c in 'bogus 1' 'http_port 99999' 'cache_dir foo /x 1 1 1' 'acl a foo b' 'http_access allow nope' 'cache_effective_user nosuch' 'refresh_pattern ( 1 1 1' 'auth_param basic program /none' 'cache_dir ufs /none 100 16 256' 'url_rewrite_program /none' 'acl x src 10.0.0.1/99' 'https_port 127.0.0.1:23129 cert=/none' 'cache_peer' 'delay_pools x' 'include /none' 'logformat' 'maximum_object_size abc' 'error_directory /none' 'mime_table /none' 'acl y dstdomain .a.com a.com' 'acl z src 10.0.0.0/8 10.1.0.0/16' 'dns_v4_first on' 'hierarchy_stoplist x' 'memory_pools_limit -5' 'cache_mem 900 GB'; do (sed 's/23128/23139/;s/squid.pid/squid2.pid/' /t4/squid.conf; echo "$c") >/t4/squid2.conf; w squid 2 squid -N -f /t4/squid2.conf -d1; done; cat /t4/cache.log >>/rec/squid.log
# monit
sed -i 's/allow a:b/allow "a":"b"/' /t6/monitrc; grep -n 'a:b\|"a"' /t6/monitrc >/dev/null; sed -i 's/^set httpd.*/set httpd port 22812 and use address 127.0.0.1\n allow localhost\n allow adm:"b"/' /t6/monitrc; echo aaa >/t6/gfile; mkdir -p /t6/ddir; chmod 600 /t6/monitrc; w monit 1 monit -t -c /t6/monitrc; r monit 12 monit -I -c /t6/monitrc; sleep 4; echo zz >>/t6/gfile; chmod 644 /t6/gfile; rmdir /t6/ddir; curl -s -u x:y 127.0.0.1:22812 >/dev/null; curl -s -u adm:b 127.0.0.1:22812/zz >/dev/null; monit -c /t6/monitrc reload >/dev/null; sleep 3; rm /t6/gfile; sleep 4;  for c in 'bogus' 'check foo x' 'check process p with pidfile /x' 'check file q path relative' 'set httpd port 99999' 'check file y path / start program "/none"'; do (cat /t6/monitrc; echo "$c") >/t6/m2; chmod 600 /t6/m2; w monit 1 monit -I -c /t6/m2; done
# zookeeper
: >/rec/zookeeper.log; ls /usr/share/java/ | grep -iE 'slf4j|log4j|logback' >/t5/zk/l; CP="/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-api.jar:/usr/share/java/slf4j-reload4j.jar:/usr/share/java/slf4j-log4j12.jar:/usr/share/java/log4j-1.2.jar:$(ls /usr/share/java/netty*.jar /usr/share/java/*jute*.jar /usr/share/java/commons-cli.jar /usr/share/java/jackson-*.jar /usr/share/java/metrics-core.jar /usr/share/java/snappy*.jar /usr/share/java/jline*.jar 2>/dev/null | tr '\n' ':')"; Z="java -Dlog4j.configuration=file:/t5/zk/log4j.properties -cp $CP:/t5/zk org.apache.zookeeper.server.quorum.QuorumPeerMain"
r zookeeper 12 $Z /t5/zk/zoo.cfg; sleep 4; w zookeeper 3 $Z /t5/zk/zoo.cfg; for x in ruok stat mntr srvr bogus 'GET / HTTP/1.1\r\n\r\n'; do raw 22181 "$x"; done; raw 22181 '\0\0\0\x2d\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\xe8\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'; raw 22181 '\0\0\0\x2d\0\0\0\0\0\0\0\0\0\xff\0\0\0\0\x03\xe8\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'; raw 22181 '\x7f\xff\xff\xff'; for i in 1 2 3 4; do (sleep 2 | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/22181' &) ; done; sleep 4
for c in 'dataDir=/none/x' 'clientPort=abc' 'bogus' 'server.1=foo' 'server.1=127.0.0.1:23001:23002
server.2=127.0.0.1:3:4
initLimit=1
syncLimit=1' 'tickTime=-1' 'peerType=foo' 'authProvider.1=nope.Class' 'secureClientPort=22182' 'autopurge.purgeInterval=1'; do (cat /t5/zk/zoo.cfg; echo "$c") >/t5/zk/z2.cfg; w zookeeper 4 $Z /t5/zk/z2.cfg; done; echo 1 >/t5/zk/d/myid;  (cat /t5/zk/zoo.cfg; printf 'server.1=127.0.0.1:23001:23002\nserver.2=127.0.0.1:3:4\ninitLimit=1\nsyncLimit=1\n') >/t5/zk/z3.cfg; w zookeeper 6 $Z /t5/zk/z3.cfg; head -c 500 /dev/urandom > $(ls /t5/zk/d/version-2/snapshot* | head -1);  w zookeeper 4 $Z /t5/zk/zoo.cfg
# activemq
mkdir -p /t8/amq/conf /t8/amq/data; cp -r /etc/activemq/instances-available/main/* /t8/amq/conf/ 2>/dev/null; ls /etc/activemq /usr/share/activemq/bin >/t8/l 2>&1
# knot
mkdir -p /t8/knot; chmod 777 /t8/knot; sed 's#/t3/knot$#/t8/knot#;s#storage: /t3/knot#storage: /t8/knot#;s#rundir: /t3/knot#rundir: /t8/knot#;s#25355#25359#' /t3/knot.conf | sed '/^remote:/,$d' > /t8/k0; (sed '/^zone:/,$d' /t8/k0; printf 'remote:\n  - id: m\n    address: 127.0.0.1@3\n'; sed -n '/^zone:/,$p' /t8/k0) | sed '/user:/d' >/t8/knot.conf; cp -r /t3/named /t8/named; sed -i 's#/t3/named#/t8/named#' /t8/knot.conf; printf '$TTL 60\n@ SOA ns x 2 1 1 1 1\n@ NS ns\nns A 127.0.0.1\n' >/t8/named/a
r knot 14 knotd -v -c /t8/knot.conf; sleep 3; w knot 1 knotd -v -c /t8/knot.conf; for x in "zone-reload b.test" "zone-sign a.test" "zone-refresh c.test" "zone-flush" "zone-freeze f.test" "zone-thaw f.test" "zone-key-rollover f.test zsk" "zone-retransfer c.test" "zone-begin a.test" "zone-set a.test x 1 A 1.1.1.1" "zone-commit a.test" "zone-abort a.test" "zone-purge -f c.test" "zone-begin zz.test" "conf-begin" "conf-set server.bogus 1" "conf-abort"; do timeout 2 knotc -s /t8/knot/knot.sock -c /t8/knot.conf $x >/dev/null 2>&1; done; printf '$TTL 60\n@ SOA ns x 1 1 1 1 1\n@ NS ns\nns A 127.0.0.1\nxx A 1\n' >/t8/named/a; timeout 2 knotc -s /t8/knot/knot.sock -c /t8/knot.conf zone-reload a.test >/dev/null; printf '$TTL 60\n@ SOA ns x 1 1 1 1 1\n@ NS ns\n' >/t8/named/a; timeout 2 knotc -s /t8/knot/knot.sock -c /t8/knot.conf zone-reload a.test >/dev/null;  printf '\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01a\x04test\0\0\xfc\0\x01' >/dev/udp/127.0.0.1/25359; echo 'bogus: x' >>/t8/knot.conf;  timeout 2 knotc -s /t8/knot/knot.sock -c /t8/knot.conf reload >/dev/null 2>&1; sleep 3
for c in 'server:
  listen: 10.99.99.99@53' 'server:
  user: nosuch' 'log:
  - target: /none/x
    any: info' 'database:
  storage: /none' 'mod-stats:
  - id: x
    bogus: 1' 'zone:
  - domain: q.test
    module: mod-none' 'acl:
  - id: a
    address: 1.2.3.4/99' 'policy:
  - id: p
    algorithm: foo' 'key:
  - id: k
    algorithm: hmac-md5
    secret: bad!' ; do (sed '/bogus/d;s/25359/25360/;s#/t8/knot#/t8/knot2#' /t8/knot.conf; echo "$c") >/t8/k2.conf; mkdir -p /t8/knot2; w knot 2 knotd -c /t8/k2.conf; done
