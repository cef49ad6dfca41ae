a{}
b { }
c {
}
d "x"{}
e x   y {
}
f "x" "y"{z=1}
g { z=1 }
h   {
i {
j "k" {
l=1
}
}
}
m {

n=1

}


o {}
  p {
      q=1
          r {
    s=1
}
}
locals{
t=1
}
