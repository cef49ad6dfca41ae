a=1+2-3*4/5%6
b=1 +2 -3 *4 /5 %6
c=a==b!=c<d<=e>f>=g
d=a&&b||!c
e=!a
f=! a
g=!!a
h=-1
i=- 1
j=1-1
k=1 -1
l=1- 1
m=1--1
n=1 - -1
o=(-1)
p=[-1,-x,- y]
q={a=-1,"b"=-x}
r=a?-1:-2
s=-1+-2*-3
t=a==-1
u=a<-1&&b>-1
v=!-1
w=f(-1)[-1]
x=a[-1]
y=x.y-1
z=x-y
aa=x -y
bb=x.*.y-1
cc=x[0]-1
dd=f()-1
ee="a"-1
ff=a?b:c?d:e
gg=a ?b : c
hh=(a)-(b)
ii=- (a)
jj=-f(x)
kk=null-1
ll=- -1
