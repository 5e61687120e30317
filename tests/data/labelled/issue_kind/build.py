"""Build issue_kind from tracker-generated release notes inside registry packages."""
import re,os,glob,tarfile,json,collections,random,subprocess,gzip,io,html
from cleaning import *
def tar(path,pat):
    with tarfile.open(path) as t:
        for m in t:
            if re.search(pat,m.name): return t.extractfile(m).read().decode('utf8','replace'), m.name.split('/',1)[1]
    raise SystemExit(f'{path}: no {pat}')
def deb(path,inner):
    d=subprocess.run(['dpkg-deb','--fsys-tarfile',path],stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(d)) as t: return gzip.decompress(t.extractfile('.'+inner).read()).decode('utf8','replace'), inner.lstrip('/')
def lab(h):
    h=re.sub(r'[^a-z ]','',h.lower()).strip(); h=re.sub(r' +',' ',h)
    if re.fullmatch(r'bugs?|bugs? fix(es|ed)?|bugfix(es)?|fixed|fixed bugs|fixes',h): return 'bug'
    if re.fullmatch(r'new features?( added)?|features?|features added|improvements?|enhancements?( made)?|added|wish|implemented enhancements|new',h): return 'feature'
    if re.fullmatch(r'doc(s|umentation)?( improvements| only changes?| updates)?|doconly changes?',h): return 'docs'
    if re.fullmatch(r'(maintenance|other maintenance)( and upkeep( improvements)?)?|tasks?|tests?|misc ?internal|internal|maintenance|build|build process|continuous integration( improvements)?|test cases|miscinternal|maintenance upkeep',h): return 'chore'
    if h=='question': return 'question'
    return None
ISS=re.compile(r'^\s*(?:[*•-]\s*)?\[?([A-Z][A-Z0-9]+-\d+)\]?(?:\([^)]*\))?\s*(?:-|:|–|\|)?\s+(.*)$')
def jira(txt):
    out=[];L=None;lines=txt.split('\n')
    for i,l in enumerate(lines):
        s=l.strip(); m=ISS.match(l)
        if m:
            if L: out.append([m.group(2),L])
            continue
        h=re.sub(r'^(\*\*|#+)\s*','',s).rstrip(': ')
        if s and len(h)<40 and (lab(h) or re.match(r'^(\*\*|#)',s) or h in('Sub-task','Sub-tasks')): L=lab(h)
    return out
def md(txt):
    out=[];L=None;cur=None;lines=txt.split('\n')
    for i,l in enumerate(lines):
        nx=lines[i+1] if i+1<len(lines) else ''
        m=re.match(r'^#{2,6}\s+(.*)$',l) or re.match(r'^\*\*([^*]+):?\*\*:?\s*$',l)
        if m or (l.strip() and re.match(r'^["~=^-]{4,}\s*$',nx)): L=lab(m.group(1) if m else l); cur=None; continue
        m=re.match(r'^ ?[-*] +(.*)$',l)
        if m:
            cur=None
            if L: cur=[m.group(1),L]; out.append(cur)
        elif cur is not None and re.match(r'^ {2,4}\S',l) and not re.match(r'^\s*([-*`|]|#)',l): cur[0]+=' '+l.strip()
        elif not l.strip(): cur=None
    return out
def lucene(txt):
    out=[];L=None;cur=None
    for l in txt.split('\n'):
        if re.match(r'^[A-Z][A-Za-z ]{2,30}$',l.strip()) and not l.startswith('  '): L=lab(l); cur=None; continue
        if l.startswith('==='): L=None;cur=None;continue
        m=re.match(r'^[*] +(?:(?:LUCENE|SOLR)-\d+[,:/ ]*)+(.*)$',l)
        if m:
            cur=None
            if L: cur=[m.group(1),L]; out.append(cur)
        elif cur is not None and re.match(r'^ +\S',l): cur[0]+=' '+l.strip()
        elif not l.strip(): cur=None
    for x in out:
        x[0]=re.sub(r'\s*\([^()]*\)\s*\.?$','',x[0]); x[0]=re.split(r'(?<=[a-z)])\.\s',x[0])[0]
    return out
D='../src/deb/'; B='../src/bin/'; Y='../pypi/'
S=[]
def add(proj,kind,pkg,ver,lic,get,parse): S.append((proj,kind,pkg,ver,lic,get,parse))
for c,f in [('felix-framework@4.6.1','felix-framework_4.6.1.orig.tar.xz'),('felix-main@5.0.0','felix-main_5.0.0.orig.tar.xz'),('felix-bundlerepository@2.0.10','felix-bundlerepository_2.0.10.orig.tar.xz'),('felix-gogo-runtime@0.16.2','felix-gogo-runtime_0.16.2.orig.tar.gz')]:
    p,v=c.split('@'); add('felix','debian-source',p,v,'Apache-2.0',lambda f=f: tar(D+f,r'doc/changelog.txt$'),jira)
add('openjpa','debian-source','openjpa','2.4.2','Apache-2.0',lambda: tar(D+'openjpa_2.4.2.orig.tar.xz',r'openjpa-project/CHANGES.txt$'),jira)
add('pdfbox','debian-source','libpdfbox2-java','2.0.27','Apache-2.0',lambda: tar(D+'libpdfbox2-java_2.0.27.orig.tar.xz',r'/RELEASE-NOTES.txt$'),jira)
add('thrift','debian-source','thrift','0.17.0','Apache-2.0',lambda: tar(D+'thrift_0.17.0.orig.tar.gz',r'/CHANGES.md$'),jira)
add('zookeeper','debian-source','zookeeper','3.8.0','Apache-2.0',lambda: tar(D+'zookeeper_3.8.0.orig.tar.gz',r'releasenotes.md$'),jira)
add('lucene','debian-source','lucene4.10','4.10.4','Apache-2.0',lambda: tar(D+'lucene4.10_4.10.4+dfsg.orig.tar.gz',r'^[^/]*/CHANGES.txt$'),lucene)
add('airflow','pypi','apache-airflow','1.10.15','Apache-2.0',lambda: tar(Y+'apache-airflow-1.10.15.tar.gz',r'^[^/]*/CHANGELOG.txt$'),md)
for f in sorted(glob.glob(Y+'*.tar.gz')):
    b=os.path.basename(f)[:-7]; p,v=b.rsplit('-',1)
    if p in('ipykernel','jupyter_client','jupyter_collaboration','jupyter_core','jupyter_events','jupyter_releaser','jupyter_resource_usage','jupyter_server','jupyterlab','jupyterlab_git','jupyterlab_server','nbclient','nbconvert','nbgitpuller','notebook','voila','terminado','nbdime'):
        add(p,'pypi',p,v,'BSD-3-Clause' if p!='terminado' else 'BSD-2-Clause',lambda f=f: tar(f,r'(?i)^[^/]*/(docs/source/)?(other/|reference/|getting_started/|about/)?change_?log\.md$'),md)
    if p in('myst_parser',): add(p,'pypi',p,v,'MIT',lambda f=f: tar(f,r'(?i)/CHANGELOG.md$'),md)
    if p in('robyn',): add(p,'pypi',p,v,'BSD-2-Clause',lambda f=f: tar(f,r'(?i)^[^/]*/CHANGELOG.md$'),md)
for f in sorted(glob.glob(B+'puppet-module*.deb')):
    p,v,_=os.path.basename(f).split('_'); add(p.replace('puppet-module-',''),'debian',p,v,'Apache-2.0',lambda f=f,p=p: deb(f,f'/usr/share/doc/{p}/changelog.gz'),md)
def tidy(t):
    t=html.unescape(t); t=clean_md(t); t=re.sub(r'<[^>]{1,60}>','',t)
    t=re.sub(r'\s*\(?\[?#?\d+\]?\)?\s*\(\[?@.*$','',t); t=re.sub(r'\s+by\s+@?[\w-]*\s*(in|,|\.)?\s*(#?\d+)?\s*$','',t)
    t=re.sub(r'\s*[\(\[]\s*(?:[\w.-]+/[\w.-]+)?`?#?\d+`?\s*[\)\]]',' ',t); t=re.sub(r'\s*\(?@[\w\[\]-]+(, ?@[\w\[\]-]+)*\)?','',t)
    t=re.sub(r'(?<!\w)#\d+','',t); t=re.sub(r'\[?\(?AIRFLOW-[\dX]+\]?\)?:?','',t); t=re.sub(r'^\s*\(?[A-Z]{2,}-\d+\)?:?\s*[-:]?\s*','',t)
    t=re.sub(r'^\W*(pdksync\s*-\s*)?(\((MAINT|GH-[\w-]+|CONT-\d+|MODULES-\d+|IAC-\d+|FM-\d+|FEAT|BUGFIX|FIX|DOCS?|maint|feat)\)\s*[-:]?\s*)+','',t)
    t=EMAIL.sub('',t); t=HANDLE.sub('',t)
    t=re.sub(r'^\W*(?:✨|🐛|📚|🔧|👌|♻️|⬆️|🧪|‼️|📝)?\s*(NEW|FIX|DOCS|MAINTAIN|IMPROVE|REFACTOR|UPGRADE|TESTS?|BREAKING)!?: ','',t)
    t=re.sub(r'[\U0001F300-\U0001FAFF\u2600-\u27BF\ufe0f]','',t)
    t=re.sub(r'(?<!\w)\(\s*[,;)]*\s*\)','',t); t=re.sub(r'\s+',' ',t).strip(' -,;:.')
    return t
PRE=re.compile(r'^\s*\[?(feat|fix|bug ?fix|bug|docs?|chore|maint|test|ci|build)\]?(\([^)]*\))?!?\s*[:\]]\s*',re.I)
rng=random.Random(11); A=collections.defaultdict(list)
for proj,kind,pkg,ver,lic,get,parse in S:
    try: txt,path=get()
    except SystemExit as e: print('SKIP',e); continue
    for t,l in parse(txt):
        if proj.startswith('puppet'): t=re.sub(r'\s*\(\[?[\w-]+\]?(\(https[^)]*\))?\)\s*$','',t)
        t=tidy(t)
        if proj.startswith('puppet'): t=re.sub(r'\s*\([\w-]+\)\s*$','',t); t=re.sub(r'\\([()])',r'\1',t); t=re.sub(r'^(Pdksync - )?(\([A-Z]+-?\w*\)|\[?MODULES[- ]\d+\]?)\s*[-:]*\s*','',t)
        t=PRE.sub('',t).strip()
        if len(t)<12 or len(t)>200 or len(t.split())<3: continue
        if re.match(r'(?i)^(release|prepare|bump version|back to dev|update (to|for) version|\[?pre-commit|auto(matic)? ?publish|merge|revert)',t): continue
        A[proj].append((t[0].upper()+t[1:],l,f'{kind}:{pkg}@{ver}:{path}',lic))
dd=Dedup(0.75); F=collections.defaultdict(list)
CAP=dict(bug=25,feature=25,docs=40,chore=25,question=40)
for proj in sorted(A):
    its=A[proj]; rng.shuffle(its); cnt=collections.Counter(); dep=0
    for t,l,s,lic in its:
        if cnt[l]>=CAP[l]: continue
        if re.match(r'(?i)^(bump|update|upgrade|pin)\b.*\b(to|from|dependenc|version)',t):
            if dep>=3: continue
            if not dd.ok(t): continue
            dep+=1
        elif not dd.ok(t): continue
        cnt[l]+=1; F[proj].append(dict(text=t,label=l,project=proj,source=s,licence=lic))
for p in [p for p in F if len(F[p])<12]: del F[p]
for p in F: print(p,len(F[p]),dict(collections.Counter(x['label'] for x in F[p])))
print(collections.Counter(x['label'] for p in F for x in F[p]))
json.dump(F,open('all.json','w'),ensure_ascii=False)
