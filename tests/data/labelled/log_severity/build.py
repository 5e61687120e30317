"""Parse recorded logs -> log_severity items. Usage: build.py REC_DIR"""
import re,sys,json,os,glob,collections,random
REC=sys.argv[1]
LV={}
for k,v in dict(error='error err fatal crit critical alert emerg emergency panic severe e ftl erro failure',warning='warning warn w wrn',info='info information notice note log inf i n',debug='debug debug1 debug2 debug3 debug4 debug5 trace verbose silly http timing maxdebug fine finest d dbg trc').items():
    for x in v.split(): LV[x]=k
def lv(x): return LV.get(x.lower().strip())
def rx(p,flags=0):
    c=re.compile(p,flags)
    def f(l):
        m=c.match(l)
        if m: return m.group('l'),m.group('t')
    return f
def logfmt(l):
    m=re.search(r'\b(?:level|lvl)=(\w+)',l)
    if not m or not l.startswith('ts='): return
    t=re.sub(r'\b(ts|caller|level|lvl|log_id|trace_id)=("[^"]*"|\S+)\s*','',l)
    t=re.sub(r'\bmsg=("(?:[^"\\]|\\.)*"|\S+)',lambda m:m.group(1).strip('"'),t)
    # message first
    m2=re.search(r'\bmsg=("(?:[^"\\]|\\.)*"|\S+)',l)
    if m2:
        msg=m2.group(1).strip('"'); rest=re.sub(r'\b(ts|caller|level|lvl|log_id|trace_id|msg)=("(?:[^"\\]|\\.)*"|\S+)\s*','',l).strip()
        t=msg+(' '+rest if rest else '')
    return m.group(1),t
def js(l):
    try: d=json.loads(l)
    except Exception: return
    if not isinstance(d,dict) or 'level' not in d: return
    t=str(d.get('msg',''))
    for k in ('error','err','logger','address','file','identifier','domains','upstream','line'):
        if k in d and k!='logger': t+=f' {k}={d[k] if isinstance(d[k],str) else json.dumps(d[k])}'
    return d['level'],t
P={
'ffmpeg':[rx(r'^(?:\[(?P<a>[\w ,:-]+) @ 0x[0-9a-f]+\] )?\[(?P<l>\w+)\] (?P<t>.*)$')],
'pulseaudio':[rx(r'^(?P<l>[DIWEN]): \[[^\]]*\] [\w.-]+: (?P<t>.*)$')],
'sphinx':[rx(r'^(?:\S+?:(?:\d+:)? )?(?P<l>WARNING|ERROR|CRITICAL|SEVERE): (?P<t>.*)$')],
'alertmanager':[logfmt],'prometheus':[logfmt],'node-exporter':[logfmt],'influxdb':[logfmt],
'blackbox-exporter':[logfmt],'pushgateway':[logfmt],
'apache':[rx(r'^\[[^\]]*\] \[[\w-]*:(?P<l>\w+)\] (?:\[pid [^\]]*\] )?(?:\[client [^\]]*\] )?(?P<t>.*)$')],
'bind':[rx(r'^\d\d-\w+-\d{4} \S+ (?:[\w-]+: )?(?P<l>debug|info|notice|warning|error|critical)(?: \d+)?: (?P<t>.*)$')],
'caddy':[js],
'celery':[rx(r'^\[[\d-]+ [\d:,]+: (?P<l>\w+)/[\w-]+\] (?P<t>.*)$')],
'clamd':[rx(r'^(?:LibClamAV )?(?P<l>ERROR|WARNING|Error|Warning|debug): (?P<t>.*)$'),rx(r'^(?P<l>)(?P<t>[A-Z].*)$')],
'collectd':[rx(r'^\[[^\]]*\] \[(?P<l>\w+)\] (?P<t>.*)$')],
'coturn':[rx(r'^\d*:? ?: ?(?P<l>INFO|WARNING|ERROR|DEBUG): (?P<t>.*)$'),rx(r'^(?P<l>ERROR|WARNING): (?P<t>.*)$'),],
'dovecot':[rx(r'^\w+ +\d+ [\d:]+ (?P<t>[^:]*(?:\([^)]*\)[^:]*)?: (?P<l>Info|Warning|Error|Fatal|Panic|Debug): .*)$'),rx(r'^(?:doveconf|dovecot|config)?:? ?(?P<l>Fatal|Error|Warning): (?P<t>.*)$')],
'ejabberd':[rx(r'^[\d-]+ [\d:.]+\+\d\d:\d\d \[(?P<l>\w+)\] (?:<[\d.]+>)?(?:@\S+ )?(?P<t>.*)$')],
'etcd':[rx(r'^[\d-]+ [\d:.]+ (?P<l>[A-Z]) \| (?P<t>.*)$'),rx(r'^\w+\d{4}/\d\d/\d\d [\d:]+ (?P<l>INFO|WARN|ERROR|DEBUG): (?P<t>.*)$'),js],
'freeradius':[rx(r'^(?:\w+ \w+ +\d+ [\d:]+ \d+ : |\(\d+\) )?(?P<l>Info|Error|Warning|Debug|ERROR|WARNING|Auth|INFO): (?P<t>.*)$')],
'gunicorn':[rx(r'^\[[^\]]*\] \[\d+\] \[(?P<l>\w+)\] (?P<t>.*)$')],
'hypercorn':[rx(r'^\[[^\]]*\] \[\d+\] \[(?P<l>\w+)\] (?P<t>.*)$')],
'haproxy':[rx(r'^\[(?P<l>\w+)\] +\(\d+\) : (?P<t>.*)$')],
'icinga2':[rx(r'^\[[^\]]*\] (?P<l>\w+)/(?P<t>.*)$')],
'kamailio':[rx(r'^ *\d+\(\d+\) (?P<l>\w+): (?P<t>.*)$')],
'knot':[rx(r'^[\d-]+T[\d:+]+ (?P<l>\w+): (?P<t>.*)$')],
'mariadb':[rx(r'^[\d-]+ +[\d:]+ \d+ \[(?P<l>\w+)\] (?P<t>.*)$')],
'minidlna':[rx(r'^\[[^\]]*\] \S+:\d+: (?P<l>\w+): (?P<t>.*)$')],
'monit':[rx(r'^(?:\[[^\]]*\] )?(?P<l>info|error|warning|debug|critical) +: (?P<t>.*)$')],
'mosquitto':[],
'nats':[rx(r'^\[\d+\] [\d/]+ [\d:.]+ \[(?P<l>\w+)\] (?P<t>.*)$')],
'nginx':[rx(r'^[\d/]+ [\d:]+ \[(?P<l>\w+)\] \d+#\d+: (?:\*\d+ )?(?P<t>.*)$'),rx(r'^nginx: \[(?P<l>\w+)\] (?P<t>.*)$')],
'nsd':[rx(r'^\[[^\]]*\] nsd\[\d+\]: (?P<l>\w+): (?P<t>.*)$')],
'openvpn':[],
'pgbouncer':[rx(r'^[\d-]+ [\d:.]+ \w+ \[\d+\] (?P<l>[A-Z]+) (?P<t>.*)$')],
'php-fpm':[rx(r'^\[[^\]]*\] (?P<l>[A-Z]+): (?:pid \d+, \S+, line \d+: )?(?P<t>.*)$')],
'postgresql':[rx(r'^[\d-]+ [\d:.]+ \w+ \[\d+\] (?:\S+ )?(?P<l>LOG|ERROR|FATAL|WARNING|NOTICE|DEBUG|PANIC|INFO): +(?P<t>.*)$')],
'privoxy':[rx(r'^[\d-]+ [\d:.]+ \w+ (?P<l>Info|Error|Fatal error|Debug): (?P<t>.*)$')],
'prosody':[rx(r'^(?:\w{3} \d\d [\d:]+ )?(?P<t>[\w.:-]+\s+(?P<l>debug|info|warn|error)\s.*)$')],
'rabbitmq':[rx(r'^[\d-]+ [\d:.]+\+\d\d:\d\d \[(?P<l>\w+)\] <[\d.]+> (?P<t>.*)$')],
'radicale':[rx(r'^\[[^\]]*\] \[[^\]]*\] (?:\[[^\]]*\] )?\[(?P<l>DEBUG|INFO|WARNING|ERROR|CRITICAL)\] (?P<t>.*)$')],
'squid':[rx(r'^[\d/]+ [\d:]+(?: kid\d+)?\| (?P<l>WARNING|ERROR|FATAL|Warning|Error|NOTICE): (?P<t>.*)$'),rx(r'^[\d/]+ [\d:]+(?: kid\d+)?\| (?P<l>)(?P<t>[A-Z].*)$')],
'syncthing':[rx(r'^\[\w+\] (?:[\d/]+ [\d:.]+ )?(?P<l>\w+): (?P<t>.*)$')],
'tinyproxy':[rx(r'^(?P<l>INFO|NOTICE|WARNING|ERROR|CRITICAL|CONNECT) +\w+ +\d+ [\d:.]+ \[\d+\]: (?P<t>.*)$')],
'tomcat':[rx(r'^[\w-]+ [\d:.]+ (?P<l>INFO|WARNING|SEVERE|FINE) \[[^\]]*\] \S+ (?P<t>.*)$')],
'tor':[rx(r'^\w+ \d+ [\d:.]+ \[(?P<l>\w+)\] (?P<t>.*)$')],
'unbound':[rx(r'^\[\d+\] unbound\[[^\]]*\] (?P<l>\w+): (?P<t>.*)$')],
'uvicorn':[rx(r'^(?P<l>TRACE|DEBUG|INFO|WARNING|ERROR|CRITICAL): +(?P<t>.*)$')],
'varnish':[rx(r'^(?P<l>Error|Info|Debug|Warning): (?P<t>.*)$')],
'zookeeper':[rx(r'^[\d-]+ [\d:,]+ - (?P<l>[A-Z]+) +\[.*?\](?: -)? (?P<t>.*)$')],
'scrapy':[rx(r'^[\d-]+ [\d:]+ \[[^\]]*\] (?P<l>[A-Z]+): (?P<t>.*)$')],
'jupyter':[rx(r'^\[(?P<l>[DIWEC]) [^\]]*\] (?P<t>.*)$')],
'mkdocs':[rx(r'^(?P<l>INFO|WARNING|ERROR|DEBUG) +-? +(?P<t>.*)$')],
'supervisor':[rx(r'^[\d-]+ [\d:,]+ (?P<l>[A-Z]+) (?P<t>.*)$')],
'distributed':[rx(r'^[\d-]+ [\d:,]+ - [\w.]+ - (?P<l>[A-Z]+) - (?P<t>.*)$')],
'locust':[rx(r'^\[[^\]]*\] [\w.-]+/(?P<l>[A-Z]+)/[\w.]+: (?P<t>.*)$')],
'luigi':[rx(r'^(?P<l>DEBUG|INFO|WARNING|ERROR|CRITICAL): (?P<t>.*)$'),rx(r'^[\d-]+ [\d:,]+ [\w.-]+\[\d+\] (?P<l>[A-Z]+): (?P<t>.*)$')],
'npm':[rx(r'^npm (?P<l>silly|verbose|http|info|warn|error|notice|verb|WARN|ERR!|ERROR|timing)\s+(?P<t>.*)$')],
}
LV.update({'auth':None,'verb':'debug','err!':'error','fatal error':'error','':'info','c':'error','connect':'info','crunch':None})

D=dict(l.rstrip('\n').split('\t') for l in open('dpkg.txt') if '\t' in l); PIPV={a.lower():b for a,b in (l.strip().split('==') for l in open('pip.txt') if '==' in l)}
NAME={'alertmanager':'prometheus-alertmanager','node-exporter':'prometheus-node-exporter','blackbox-exporter':'prometheus-blackbox-exporter','pushgateway':'prometheus-pushgateway','apache':'apache2','bind':'bind9','clamd':'clamav-daemon','collectd':'collectd-core','dnsmasq':'dnsmasq-base','dovecot':'dovecot-core','etcd':'etcd-server','icinga2':'icinga2-bin','mariadb':'mariadb-server','nats':'nats-server','nginx':'nginx','php-fpm':'php8.2-fpm','postgresql':'postgresql-15','rabbitmq':'rabbitmq-server','sshd':'openssh-server','stunnel':'stunnel4','tomcat':'tomcat10','pdns':'pdns-server'}
PY={'celery':'celery','gunicorn':'gunicorn','hypercorn':'hypercorn','uvicorn':'uvicorn','scrapy':'scrapy','jupyter':'jupyter_server','mkdocs':'mkdocs','supervisor':'supervisor','distributed':'distributed','locust':'locust','luigi':'luigi','sphinx':'sphinx'}
def ver(p):
    if p=='npm': return 'npm 11.19.1'
    if p in PY: return f'{PY[p]} '+(PIPV.get(PY[p]) or PIPV.get(PY[p].replace('_','-'),'')) + ' (PyPI)'
    n=NAME.get(p,p); return f'{n} '+(D.get(n) or '')+' (Debian 12)'
def clean(prog,l,t):
    t=re.sub(r'\x1b\[[0-9;]*m','',t).strip()
    if prog=='dovecot': t=re.sub(r'\b(Info|Warning|Error|Fatal|Panic|Debug): ','',t,1)
    if prog=='prosody': t=re.sub(r'^([\w.:-]+)\s+(debug|info|warn|error)\s+',r'\1: ',t)
    if prog=='kamailio': t=re.sub(r'^<?(?:core|script)>? ?\[[^\]]*\]: |^\w+ \[[^\]]*\]: |^<core> \[[^\]]*\]: |^<script>: ','',t)
    if prog=='stunnel': t=re.sub(r'^LOG\d\[[^\]]*\]: ','',t)
    if prog in('sshd','mosquitto','dnsmasq','postfix'): t=re.sub(r'^(error|fatal|debug\d|Error|Warning|warning|FAILED to start up|Notice|Info): ',lambda m: m.group(0) if m.group(1).startswith('FAILED') else '',t)
    t=re.sub(r'^\[(error|warn|warning|info|notice|emerg|crit|debug)\] ','',t,flags=re.I)
    t=re.sub(r'^(ERROR|WARNING|WARN|INFO|FATAL|CRITICAL|Error|Warning|Info|NOTICE|DEBUG|Fatal)(: | - )','',t)
    t=re.sub(r'^\d{10}: ','',t)
    t=re.sub(r'^((?:[\w.\[\]()/-]+: ){0,2})(ERROR|WARNING|WARN|Error|Warning|FATAL|CRITICAL|INFO|NOTICE|BUG): ',r'\1',t); t=re.sub(r'\bvm\b','host1',t); t=re.sub(r'/root/\.[\w.-]+/','/opt/',t)
    t=re.sub(r'/(tmp/sets|t\d?|rec)/','/srv/',t); t=re.sub(r'/srv/(?:py|pyapp)/','/srv/',t)
    t=re.sub(r'[\w.+-]+@[\w-]+\.(?:[\w-]+\.)*[a-z]{2,}\b','<email>',t); t=re.sub(r'(?<![\w/])@[A-Za-z][\w-]+','',t)
    return re.sub(r'\s+',' ',t).strip(' -')[:240]
def tmpl(t):
    t=re.sub(r'"[^"]*"|\'[^\']*\'|`[^`]*`','Q',t); t=re.sub(r'\S*[/\\]\S+','P',t); t=re.sub(r'0x[0-9a-f]+|\b[0-9a-f]{6,}\b|<[\d.]+>','H',t,flags=re.I); t=re.sub(r'[\w.-]*\d[\w.:-]*','N',t); t=re.sub(r'[^A-Za-z]+',' ',t).lower()
    return t.strip()
rng=random.Random(5); items=collections.defaultdict(list)
def add(prog,l,t):
    L=lv(l)
    if not L: return
    if re.match(r'\s',t) and prog not in('nats','mkdocs','tinyproxy','dovecot','prosody'): return
    if re.search(r'10\.25[5]\.|Machine ID|\bLinux [\w]*\d|x86_64|CPUs|processors|meminfo|RAM\b|debian@debian|Telnet Password|_IP_|HOSTNAME',t): return
    if prog=='celery' and L=='warning' and (not re.match(r'[A-Z]\w+ ',t) or t.startswith('Traceback')): return
    if prog=='distributed' and (re.match(r'\s|-',t)): return
    t=clean(prog,l,t)
    if prog=='sphinx': t=re.sub(r'\s*\[[\w.]+\]$','',t)
    if len(t)<12 or len(t.split())<2: return
    if sum(c.isalpha() for c in t)<0.4*len(t): return
    items[prog].append((t,L))
for f in sorted(glob.glob(REC+'/*.log')):
    n=os.path.basename(f)[:-4]
    for l in open(f,errors='replace'):
        l=l.rstrip('\n'); l=re.sub(r'\x1b\[[0-9;]*m','',l)
        for p in P.get(n,[]):
            r=p(l)
            if r: add(n,*r); break
for l in open(REC+'/syslog.tsv',errors='replace'):
    m=re.match(r'^(\w+)\t\w+ +\d+ [\d:]+ ([\w/-]+)(?:\[\d+\])?: (.*)$',l)
    if m and m.group(2) in('sshd','stunnel','mosquitto','dnsmasq','ngircd','pdns_server','pdns','ntpd') or m and m.group(2).startswith('postfix'): add(dict(pdns_server='pdns').get(m.group(2),m.group(2).split('/')[0]),m.group(1),m.group(3))
seen={}; conf=set()
for p in items:
    for t,L in items[p]:
        k=tmpl(t)
        if k in seen and seen[k]!=L: conf.add(k)
        seen.setdefault(k,L)
out=collections.defaultdict(list); used=set()
CAP=dict(error=25,warning=30,info=20,debug=12)
for p in sorted(items):
    cnt=collections.Counter(); its=items[p][:]; rng.shuffle(its)
    pre=collections.Counter()
    for t,L in its:
        k=tmpl(t)
        if not k or len(k)<8 or k in used or k in conf or cnt[L]>=CAP[L]: continue
        h=' '.join(k.split()[:3])
        if pre[h,L]>=4: continue
        pre[h,L]+=1; used.add(k); cnt[L]+=1
        out[p].append(dict(text=t,label=L,project=p,source='recorded:'+ver(p),licence='MIT OR Apache-2.0'))
for p in sorted(out): print(p,dict(collections.Counter(x['label'] for x in out[p])))
print(collections.Counter(x['label'] for p in out for x in out[p]),'conflicts',len(conf))
json.dump(out,open('all.json','w'),ensure_ascii=False)
