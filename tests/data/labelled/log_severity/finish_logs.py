import json,collections
f=json.load(open('log_severity/all.json'))
TEST='mariadb jupyter npm etcd pgbouncer rabbitmq icinga2 coturn zookeeper ngircd apache dovecot minidlna'.split()
CAP={'dev':dict(info=12,error=14,warning=30),'test':dict(info=10,error=12,warning=20)}
out={'dev':[],'test':[]}; dbg={'dev':[],'test':[]}
for p in sorted(f):
    s='test' if p in TEST else 'dev'; c=collections.Counter()
    for x in f[p]:
        if x['label']=='debug': dbg[s].append(x); continue
        if c[x['label']]<CAP[s][x['label']]: c[x['label']]+=1; out[s].append(x)
for s in out:
    for n,d in((f'{s}.jsonl',out[s]),(f'debug-{s}.jsonl',dbg[s])):
        with open(f'log_severity/{n}','w') as o:
            for x in d: o.write(json.dumps(x,ensure_ascii=False)+'\n')
        print(n,len(d),len({x['project'] for x in d}),dict(collections.Counter(x['label'] for x in d)))
