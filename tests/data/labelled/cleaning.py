import re, hashlib, json, collections, random
EMAIL=re.compile(r'<?[\w.+-]+@[\w-]+\.[\w.-]+>?')
HANDLE=re.compile(r'(?<![\w/`])@[A-Za-z0-9][\w-]*(?![\w/-]*/)')
def clean_md(t):
    t=re.sub(r'!\[[^\]]*\]\([^)]*\)','',t)
    t=re.sub(r'\\([\[\]#_*<>`~])',r'\1',t)
    # bracketed links
    t=re.sub(r'\[`?([^\]`]*)`?\]\((?:https?|\.|/|#)[^)]*\)',r'\1',t)
    t=re.sub(r'https?://\S+','',t)
    return t
def norm(t): return re.sub(r'[^a-z ]+',' ',re.sub(r'\d+','',t.lower())).split()
class Dedup:
    def __init__(s,th=0.8): s.seen=set(); s.inv=collections.defaultdict(list); s.toks=[]; s.th=th
    def ok(s,t):
        w=norm(t); k=' '.join(w)
        if k in s.seen or not w: return False
        ws=set(w); cnt=collections.Counter()
        for x in ws:
            for i in s.inv[x]: cnt[i]+=1
        for i,c in cnt.items():
            if c/len(ws|s.toks[i])>=s.th: return False
        s.seen.add(k); i=len(s.toks); s.toks.append(ws)
        for x in ws: s.inv[x].append(i)
        return True
