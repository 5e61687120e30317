export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
cd /tmp; mkdir -p /rec /t5 /run/sshd /run/dovecot /var/run/kamailio; chmod 777 /t5 /rec
r(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1 & }
w(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1; }
raw(){ (printf "$2"; sleep 0.5) | timeout 1 bash -c "cat >/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout /t5/key.pem -out /t5/cert.pem -days 2 -subj /CN=localhost 2>/dev/null; chmod 644 /t5/key.pem
# sshd via syslog
ssh-keygen -q -t ed25519 -f /t5/hk -N '' ; ssh-keygen -q -t rsa -b 1024 -f /t5/hk1 -N '' 2>/dev/null; ssh-keygen -q -t ed25519 -f /t5/uk -N ''; useradd -m tester 2>/dev/null; echo tester:pw | chpasswd; mkdir -p /home/tester/.ssh; cp /t5/uk.pub /home/tester/.ssh/authorized_keys; chmod 777 /home/tester/.ssh
cat >/t5/sshd <<X
Port 22022
ListenAddress 127.0.0.1
HostKey /t5/hk
HostKey /none
PidFile /t5/sshd.pid
LogLevel DEBUG1
MaxAuthTries 2
LoginGraceTime 2
MaxStartups 2:50:3
DenyUsers games
PermitRootLogin no
UsePAM no
ChrootDirectory none
X
timeout 25 /usr/sbin/sshd -D -f /t5/sshd & sleep 1; timeout 2 /usr/sbin/sshd -D -f /t5/sshd
SO="-p 22022 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes"
for u in root nosuch games tester; do timeout 3 ssh $SO -i /t5/uk $u@127.0.0.1 true >/dev/null 2>&1; done; chmod 700 /home/tester/.ssh; chown -R tester /home/tester/.ssh; timeout 3 ssh $SO -i /t5/uk tester@127.0.0.1 'exit 3' >/dev/null 2>&1; timeout 3 ssh $SO -i /t5/uk tester@127.0.0.1 -L 23999:127.0.0.1:1 'sleep 1; exec 3<>/dev/tcp/127.0.0.1/23999' >/dev/null 2>&1;  timeout 3 ssh $SO -i /t5/uk -R 80:127.0.0.1:1 tester@127.0.0.1 true >/dev/null 2>&1; timeout 3 ssh $SO -i /t5/uk -s tester@127.0.0.1 nosubsys >/dev/null 2>&1; timeout 3 ssh $SO -oKexAlgorithms=diffie-hellman-group1-sha1 nosuch@127.0.0.1 >/dev/null 2>&1; timeout 3 ssh $SO -oCiphers=3des-cbc tester@127.0.0.1 >/dev/null 2>&1; timeout 3 ssh $SO -oMACs=hmac-md5 tester@127.0.0.1 >/dev/null 2>&1; timeout 3 ssh $SO -oHostKeyAlgorithms=ssh-rsa tester@127.0.0.1 >/dev/null 2>&1
raw 22022 'GET / HTTP/1.1\r\n\r\n'; raw 22022 'SSH-1.5-x\r\n'; raw 22022 'SSH-2.0-x\r\ngarbagegarbagegarbage'; (sleep 4|timeout 4 bash -c 'cat >/dev/tcp/127.0.0.1/22022'); for i in 1 2 3 4 5 6 7; do (sleep 2 | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/22022' &) ; done; sleep 3
echo 'command="x' >/home/tester/.ssh/authorized_keys;  timeout 3 ssh $SO -i /t5/uk tester@127.0.0.1 true >/dev/null 2>&1; echo 'ssh-ed25519 AAAbad' >/home/tester/.ssh/authorized_keys;  timeout 3 ssh $SO -i /t5/uk tester@127.0.0.1 true >/dev/null 2>&1; usermod -s /none tester; cp /t5/uk.pub /home/tester/.ssh/authorized_keys; timeout 3 ssh $SO -i /t5/uk tester@127.0.0.1 true >/dev/null 2>&1; kill -HUP $(cat /t5/sshd.pid); 
# mosquitto via syslog
echo 'a:$7$bad' >/t5/mpw; cat >/t5/mq.conf <<X
listener 21884 127.0.0.1
log_dest syslog
log_type all
password_file /t5/mpw
acl_file /t5/acl
max_connections 2
max_packet_size 200
persistence true
persistence_location /t5/
connection a
address 127.0.0.1:1
topic # both
X
echo 'bogus' >/t5/acl; timeout 2 mosquitto -c /t5/mq.conf; echo 'topic read x' >/t5/acl; mosquitto_passwd -b -c /t5/mpw2 a b 2>/dev/null; chmod 644 /t5/mpw2 /t5/acl; sed -i 's#/t5/mpw#/t5/mpw2#' /t5/mq.conf; (timeout 9 mosquitto -c /t5/mq.conf &); sleep 1; timeout 2 mosquitto -c /t5/mq.conf; timeout 1 mosquitto_pub -p 21884 -u a -P bad -t x -m y 2>/dev/null; timeout 1 mosquitto_pub -p 21884 -u a -P b -t y -m y 2>/dev/null; timeout 1 mosquitto_sub -p 21884 -u a -P b -i c1 -t '#' 2>/dev/null; (timeout 2 mosquitto_sub -p 21884 -u a -P b -i c1 -t x 2>/dev/null &); timeout 1 mosquitto_sub -p 21884 -u a -P b -i c1 -t x 2>/dev/null; raw 21884 'garbage'; raw 21884 '\x10\x04\0\x04MQ'; for i in 1 2 3 4; do (sleep 1 | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/21884' &) ; done; timeout 1 mosquitto_pub -p 21884 -u a -P b -t x -m "$(head -c 500 /dev/zero|tr '\0' a)" 2>/dev/null; timeout 2 mosquitto_sub -p 21884 -u a -P b -k 5 -t x --will-topic w --will-payload z 2>/dev/null; sleep 1
for c in 'bogus 1' 'port abc' 'listener 99999' 'cafile /none' 'bridge_x 1' 'certfile /t5/cert.pem' 'psk_file /none' 'plugin /none.so' 'user nosuch' 'max_qos 9' 'persistence_file' 'include_dir /none' 'keepalive_interval 1' 'pid_file /none/x' 'acl_file /none' 'password_file /none'; do printf 'log_dest syslog\nlistener 21885 127.0.0.1\n%s\n' "$c" >/t5/mq2.conf; timeout 1 mosquitto -c /t5/mq2.conf; done
# dnsmasq via syslog
D="dnsmasq --keep-in-foreground --log-queries --user=root --pid-file= --port=25358 --listen-address=127.0.0.1 --bind-interfaces --no-hosts"
(timeout 5 $D --server=127.0.0.1#1 --addn-hosts=/none --resolv-file=/none --dhcp-range=127.0.0.10,127.0.0.20,1h --dhcp-leasefile=/t5/leases --tftp-root=/none --enable-tftp --dnssec --conf-dir=/t5/dd &); (timeout 5 $D --server=127.0.0.1#1 --cache-size=5 &); sleep 1; timeout 1 $D; for i in $(seq 1 3); do printf '\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03foo\x03bar\0\0\x01\0\x01' >/dev/udp/127.0.0.1/25358; done; sleep 1; for a in --bogus --port=abc "--dhcp-range=foo" "--address=/x/999.1.1.1.1" "--server=/x/bad" "--conf-file=/none" "--listen-address=10.99.99.99" "--interface=nope0" "--user=nosuch" "--tftp-root=/none --enable-tftp" "--dhcp-leasefile=/none/x --dhcp-range=10.0.0.1,10.0.0.5" "--mx-host=" "--cname=a" "--trust-anchor=x --dnssec" "--pid-file=/none/x" "--auth-zone=x"; do timeout 1 $D $a; done
# dovecot
mkdir -p /t5/dv; cat >/t5/dv.conf <<X
base_dir=/t5/dv/run
state_dir=/t5/dv/state
log_path=/rec/dovecot.log
protocols=imap
listen=127.0.0.1
ssl=yes
ssl_cert=</t5/cert.pem
ssl_key=</t5/key.pem
auth_verbose=yes
auth_debug=yes
mail_debug=yes
mail_location=maildir:/t5/mail/%u
disable_plaintext_auth=no
auth_failure_delay=0
passdb {
 driver=passwd-file
 args=/t5/dvpw
}
userdb {
 driver=passwd-file
 args=/t5/dvpw
}
service imap-login {
 inet_listener imap {
 port=21143
 }
 inet_listener imaps {
 port=21993
 }
}
default_internal_user=dovecot
default_login_user=dovenull
first_valid_uid=1
mail_max_userip_connections=1
X
printf 'a:{PLAIN}pw:1000:1000::/t5/h::\nb:{BOGUS}x:1000:1000::/t5/h::\nc:{PLAIN}pw:0:0::/t5/h::\nd:{PLAIN}pw:1000:1000::/t5/h::userdb_mail=mbox:/none\nbad\n' >/t5/dvpw; mkdir -p /t5/mail /t5/h; chmod 777 /t5/mail /t5/h
(timeout 20 dovecot -F -c /t5/dv.conf >>/rec/dovecot.log 2>&1 &); sleep 2; timeout 2 dovecot -F -c /t5/dv.conf >>/rec/dovecot.log 2>&1
im(){ (printf "$1"; sleep 1) | timeout 3 bash -c 'cat >/dev/tcp/127.0.0.1/21143'; }
im 'a login a bad\r\n'; im 'a login nosuch x\r\n'; im 'a login b x\r\n'; im 'a login c pw\r\n'; im 'a login d pw\r\na select inbox\r\n'; im 'a login a pw\r\na select nope\r\na create x/../y\r\na append inbox {5}\r\n12345\r\na select inbox\r\na fetch 1 body[]\r\na logout\r\n'; im 'garbage\r\n\r\nx y z\r\n'; (im 'a login a pw\r\na select inbox\r\na idle\r\n' &) ; sleep 0.3; im 'a login a pw\r\n'; im 'a starttls\r\ngarbage'; curl -sk imaps://127.0.0.1:21993/ -u a:pw >/dev/null; curl -s imaps://127.0.0.1:21993/ >/dev/null; F=$(find /t5/mail -name 'dovecot.index.log'|head -1); head -c 200 /dev/urandom >$F; find /t5/mail -name 'dovecot-uidlist' -exec sh -c 'echo garbage >{}' \; ; im 'a login a pw\r\na select inbox\r\na fetch 1:* flags\r\na logout\r\n'; chmod 000 /t5/mail/a; chown root /t5/mail/a; im 'a login a pw\r\na select inbox\r\n'; rm /t5/dvpw; im 'a login a pw\r\n'; sleep 1
for c in 'bogus=1' 'ssl_cert=</none' 'mail_location=foo:/x' 'protocols=imap bogus' 'passdb {
driver=foo
}' 'service foo {' 'listen=10.99.99.99' 'default_internal_user=nosuch' 'log_path=/none/x' 'mail_plugins=nope' '!include /none'; do (sed 's/21143/21144/;s/21993/21994/;s#/t5/dv/#/t5/dv2/#' /t5/dv.conf; echo "$c") >/t5/dv2.conf; timeout 2 dovecot -F -c /t5/dv2.conf >>/rec/dovecot.log 2>&1; done
# java: zookeeper
mkdir -p /t5/zk; CP=$(ls /usr/share/java/zookeeper.jar /usr/share/zookeeper/lib/*.jar /usr/share/java/slf4j-*.jar /usr/share/java/log4j-1.2.jar /usr/share/java/netty-*.jar /usr/share/java/*jute*.jar /usr/share/java/commons-cli.jar /usr/share/java/jackson-*.jar /usr/share/java/metrics-core.jar /usr/share/java/snappy*.jar /usr/share/java/logback*.jar  2>/dev/null | tr '\n' ':'); printf 'log4j.rootLogger=DEBUG,C\nlog4j.appender.C=org.apache.log4j.ConsoleAppender\nlog4j.appender.C.layout=org.apache.log4j.PatternLayout\nlog4j.appender.C.layout.ConversionPattern=%%d - %%-5p [%%t:%%C{1}] - %%m%%n\n' >/t5/zk/log4j.properties
printf 'tickTime=500\ndataDir=/t5/zk/d\nclientPort=22181\nclientPortAddress=127.0.0.1\nmaxClientCnxns=2\nadmin.enableServer=false\n' >/t5/zk/zoo.cfg
r zookeeper 9 java -Dlog4j.configuration=file:/t5/zk/log4j.properties -cp "$CP:/t5/zk" org.apache.zookeeper.server.quorum.QuorumPeerMain /t5/zk/zoo.cfg; sleep 3; w zookeeper 3 java -Dlog4j.configuration=file:/t5/zk/log4j.properties -cp "$CP:/t5/zk" org.apache.zookeeper.server.quorum.QuorumPeerMain /t5/zk/zoo.cfg; for x in ruok stat mntr srvr bogus 'GET / HTTP/1.1\r\n\r\n'; do raw 22181 "$x"; done; raw 22181 '\0\0\0\x2d\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\xe8\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'; raw 22181 '\0\0\0\x2d\0\0\0\0\0\0\0\0\0\xff\0\0\0\0\x03\xe8\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'; raw 22181 '\x7f\xff\xff\xff'; for i in 1 2 3 4; do (sleep 2 | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/22181' &) ; done; sleep 4
for c in 'dataDir=/none/x' 'clientPort=abc' 'bogus' 'server.1=foo' 'server.1=127.0.0.1:1:2
server.2=127.0.0.1:3:4
initLimit=1
syncLimit=1' 'tickTime=-1' 'peerType=foo' 'authProvider.1=nope.Class' 'secureClientPort=22182'; do (cat /t5/zk/zoo.cfg; echo "$c") >/t5/zk/z2.cfg; w zookeeper 4 java -Dlog4j.configuration=file:/t5/zk/log4j.properties -cp "$CP:/t5/zk" org.apache.zookeeper.server.quorum.QuorumPeerMain /t5/zk/z2.cfg; done
# tomcat
rm -rf /t5/tc; mkdir -p /t5/tc/{conf,logs,temp,webapps/ROOT/WEB-INF,webapps/bad/WEB-INF,work}; cp -r /etc/tomcat10/* /t5/tc/conf/; sed -i 's/port="8080"/port="28680" address="127.0.0.1"/;s/port="8005"/port="28605"/' /t5/tc/conf/server.xml; echo '<web-app' >/t5/tc/webapps/bad/WEB-INF/web.xml; echo '<% int x = ; %>' >/t5/tc/webapps/ROOT/a.jsp; echo '<% throw new RuntimeException("stock service unavailable"); %>' >/t5/tc/webapps/ROOT/b.jsp; echo x >/t5/tc/webapps/c.war
export CATALINA_BASE=/t5/tc CATALINA_HOME=/usr/share/tomcat10 JAVA_OPTS="-Xmx200m"; r tomcat 20 /usr/share/tomcat10/bin/catalina.sh run; sleep 8; for u in a.jsp b.jsp none bad/ c/ '%zz'; do curl -s --path-as-is http://127.0.0.1:28680/$u >/dev/null; done; raw 28680 'garbage\r\n\r\n'; raw 28680 'GET /[ HTTP/1.1\r\nHost: a_b\r\n\r\n'; raw 28605 'FOO'; w tomcat 8 /usr/share/tomcat10/bin/catalina.sh run; (for i in $(seq 3); do sleep 1; done); sed -i 's/28680/99999/' /t5/tc/conf/server.xml;  w tomcat 7 /usr/share/tomcat10/bin/catalina.sh run; sed -i 's/99999/28681/;s/<Service /<Bogus><Service /' /t5/tc/conf/server.xml; w tomcat 5 /usr/share/tomcat10/bin/catalina.sh run
