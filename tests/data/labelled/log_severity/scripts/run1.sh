export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
cd /tmp; mkdir -p /rec /t; chmod 1777 /t /rec
r(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1 & }
w(){ n=$1; s=$2; shift 2; timeout -k 2 $s "$@" </dev/null >>/rec/$n.log 2>&1; }
# ---- postgres
PB=/usr/lib/postgresql/15/bin; rm -rf /t/pg; su postgres -s /bin/sh -c "$PB/false" >/dev/null 2>&1 || { echo pw >/t/pw; chmod 644 /t/pw; su postgres -s /bin/sh -c "$PB/initdb -D /t/pg -A md5 --pwfile=/t/pw" >/dev/null; }
cat >> /t/pg/postgresql.conf <<X
port=25432
listen_addresses='127.0.0.1'
unix_socket_directories='/t'
log_min_messages=debug1
log_connections=on
log_disconnections=on
log_checkpoints=on
log_lock_waits=on
log_statement=ddl
log_autovacuum_min_duration=0
log_temp_files=0
work_mem=64kB
deadlock_timeout=200ms
max_connections=10
statement_timeout=3s
log_replication_commands=on
X
su postgres -s /bin/sh -c "timeout 60 $PB/postgres -D /t/pg" >>/rec/postgresql.log 2>&1 &
sleep 3
su postgres -s /bin/sh -c "timeout 5 $PB/postgres -D /t/pg" >>/rec/postgresql.log 2>&1
export PGHOST=127.0.0.1 PGPORT=25432 PGPASSWORD=pw PGUSER=postgres
psql -c "select 1/0" >/dev/null 2>&1
cat > /t/a.sql <<X
select nope; select * from missing; selec 1; select 'a'::int; insert into pg_class values (1);
create table t(a int primary key, b text not null, c int check (c>0)); create table t(a int);
insert into t values (1,'x',1); insert into t values (1,'x',1); insert into t values (2,null,1); insert into t values (3,'x',-1); insert into t values(99999999999,'x',1);
create table u(a int references t(a)); insert into u values (77); drop table t; delete from t;
select * from generate_series(1,200000) g order by g::text desc limit 1; create temp table big as select g, md5(g::text) from generate_series(1,200000) g order by 2;
set work_mem='1kB'; set nosuch.param.x to 1; set foo=1; begin; begin; rollback; rollback; commit;
begin; select 1/0; select 1; rollback; select pg_sleep(5); do \$\$ begin raise warning 'disk quota for tenant almost reached'; raise notice 'processing batch'; raise exception 'order % is already shipped', 17; end \$\$;
create index on t(b); create index if not exists t_b_idx on t(b); drop table if exists zzz; drop table zzz; create role bob login password 'x'; create role bob; grant all on nope to bob; alter table t add column a int; alter table t drop column zz;
create extension nosuch; create database postgres; drop database nope; select to_date('2021-13-45','YYYY-MM-DD'); select '2021-02-30'::date; select '{"a":'::json; select sqrt(-1); select ln(0); select array[1,2] + 'x'; select repeat('x',2000000000); select substring('a',1,-1); select regexp_replace('a','(','b'); copy t from '/nonexistent'; copy t from stdin;
vacuum nope; vacuum t; analyze t; reindex table nope; cluster t; lock table t; savepoint x; prepare p as select 1; prepare p as select 2; execute q; deallocate zz; fetch from c; declare c cursor for select 1; listen x; notify x; select nextval('nope'); select setval('x',1); create function f() returns int as 'garbage' language plpgsql; create function f() returns int language sql as 'select a from nope'; checkpoint; select pg_terminate_backend(pg_backend_pid());
X
psql -f /t/a.sql >/dev/null 2>&1
for q in "select pg_cancel_backend(pg_backend_pid())" "select pg_reload_conf()" "alter system set shared_buffers='1TB'" "alter system set max_connections=20" "select pg_switch_wal()" "select pg_create_physical_replication_slot('s1')" "select pg_create_physical_replication_slot('s1')" "select pg_drop_replication_slot('zz')" "create tablespace x location '/nonexistent'" "create publication p for table nope" "create subscription s connection 'host=127.0.0.1 port=1' publication p" "select lo_import('/none')" "select pg_read_file('/none')" "load 'nosuchlib'" "create table a1(a int) partition by range(a)" "insert into a1 values (1)" "create view v as select 1 as x" "insert into v values (1)" "create view v as select 2" "truncate pg_class" "drop role postgres" "create trigger tr before insert on t execute function nope()" "select count(*) from t group by" "select a from t group by b" "select sum(b) from t" "select * from t,t" "insert into t(a) values (1,2)" "update t set zz=1" "with recursive x as (select 1) select * from y" "select xmlparse(document '<a')" "select '10.0.0.300'::inet" "select 'x'::uuid" "select 'abc'::bytea, '\\xzz'::bytea" "set transaction isolation level serializable" "set session authorization nobody" "select pg_advisory_unlock(1)" "create user bob2 valid until 'never'" "alter user bob rename to postgres"; do psql -c "$q" >/dev/null 2>&1; done
PGPASSWORD=bad psql -c 'select 1' >/dev/null 2>&1; PGUSER=nobody psql -c 'select 1' >/dev/null 2>&1; psql -d nodb -c 'select 1' >/dev/null 2>&1; PGHOST=127.0.0.1 PGUSER=bob PGPASSWORD=x psql -d postgres -c 'create table zzz(a int); select * from pg_authid' >/dev/null 2>&1
(psql -c "begin; update t set b='1' where a=1; select pg_sleep(1); lock table u; commit" >/dev/null 2>&1 &) ; psql -c "begin; lock table u; select pg_sleep(0.7); update t set b='2' where a=1; commit" >/dev/null 2>&1
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do (psql -c 'select pg_sleep(2)' >/dev/null 2>&1 &); done; sleep 3
printf 'GET / HTTP/1.0\r\n\r\n' | timeout 2 bash -c 'cat >/dev/tcp/127.0.0.1/25432'; (echo abc; sleep 1) | timeout 3 bash -c 'cat >/dev/tcp/127.0.0.1/25432'
echo "bogus_setting = 1" >> /t/pg/postgresql.conf; echo "work_mem = 'abc'" >> /t/pg/postgresql.conf; kill -HUP $(head -1 /t/pg/postmaster.pid); sleep 1; sed -i '/bogus_setting/d;/abc/d' /t/pg/postgresql.conf; echo "host all all nonsense" >> /t/pg/pg_hba.conf; kill -HUP $(head -1 /t/pg/postmaster.pid); sleep 1; sed -i '/nonsense/d' /t/pg/pg_hba.conf
# kill a backend hard -> crash recovery
(psql -c 'select pg_sleep(2.5)' >/dev/null 2>&1 &); sleep 0.5; kill -9 $(psql -Atc "select pid from pg_stat_activity where query like '%2.5%' and pid<>pg_backend_pid() limit 1") ; sleep 3
# corrupt a table file
F=$(psql -Atc "select pg_relation_filepath('t')"); psql -c checkpoint >/dev/null 2>&1; dd if=/dev/urandom of=/t/pg/$F bs=8192 count=1 conv=notrunc 2>/dev/null; kill -TERM $(head -1 /t/pg/postmaster.pid); sleep 2
su postgres -s /bin/sh -c "timeout 12 $PB/postgres -D /t/pg" >>/rec/postgresql.log 2>&1 & sleep 3; psql -c 'select * from t' >/dev/null 2>&1;  psql -c 'vacuum full t' >/dev/null 2>&1; psql -c 'reindex database postgres' >/dev/null 2>&1; kill -INT $(head -1 /t/pg/postmaster.pid); sleep 1
echo "bogus_setting = 1" >> /t/pg/postgresql.conf; su postgres -s /bin/sh -c "timeout 5 $PB/postgres -D /t/pg" >>/rec/postgresql.log 2>&1; su postgres -s /bin/sh -c "timeout 5 $PB/postgres -D /t/none" >>/rec/postgresql.log 2>&1; timeout 5 $PB/postgres -D /t/pg >>/rec/postgresql.log 2>&1
