const count: number = undeclared_name;
console.log(count);
