import json,sys,collections
name,tests=sys.argv[1],sys.argv[2].split(',')
f=json.load(open(f'{name}/all.json')); drop=set(sys.argv[3].split(',')) if len(sys.argv)>3 else set()
dev=[];test=[]
for p in sorted(f):
    for x in f[p]:
        if x['label'] in drop: continue
        (test if p in tests else dev).append(x)
for n,d in(('dev',dev),('test',test)):
    with open(f'{name}/{n}.jsonl','w') as o:
        for x in d: o.write(json.dumps(x,ensure_ascii=False)+'\n')
    print(name,n,len(d),len({x['project'] for x in d}),dict(collections.Counter(x['label'] for x in d)))
