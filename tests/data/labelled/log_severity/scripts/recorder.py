import socket,os,sys,re
p=sys.argv[1]; out=open(sys.argv[2],'a',buffering=1)
try: os.unlink(p)
except OSError: pass
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(p); os.chmod(p,0o666)
L=['emerg','alert','crit','err','warning','notice','info','debug']
while True:
    d=s.recv(65536).decode('utf8','replace').rstrip('\n\0')
    m=re.match(r'<(\d+)>(.*)$',d,re.S)
    if m: out.write(f'{L[int(m.group(1))&7]}\t{m.group(2)}\n'.replace('\r',''))
